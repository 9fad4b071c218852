// `npm run faults`: runs scenarios one after another, and prints a table at the end. The exit code says whether all
// passed.
import { writeFileSync } from 'node:fs';
import { prepare } from '../../dev/prepare.mjs';
import { createProgress } from '../../command-line/progress.mjs';
import { inColumns } from '../../command-line/table.mjs';
import { root } from '../../root.mjs';
import { endOnSignals, endWithUsage, UsageError } from '../../command-line/arguments.mjs';
import { runBugs } from './bugs/command.ts';
import { bugs } from './bugs/index.ts';
import { help, type Options, readOptions } from './options.ts';
import { noticed, type Result, tableOf } from './report.ts';
import { runScenario } from './runner.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { steady } from './scenarios/steady.ts';

/** The scenarios that are asked for, in their own order. Throws UsageError. */
function chosen({ names, troubled }: Options): readonly Scenario[] {
  if (names.length === 0) throw new UsageError('name a scenario, or all, or list (--help shows more)');
  if (names.length === 1 && names[0] === 'all')
    return troubled ? scenarios : scenarios.filter((scenario) => scenario !== steady);
  if (!troubled && names.includes(steady.name))
    throw new UsageError(`${steady.name} has no trouble that could be left out`);
  const unknown = names.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    const known = scenarios.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no scenario ${unknown}; use one of ${known}, or all or list alone`);
  }
  return scenarios.filter(({ name }) => names.includes(name));
}

function list(): string {
  const rows = inColumns([
    ...scenarios.map(({ name, title }) => [`  ${name}`, title]),
    ...bugs.map(({ name, breaks, scenario }) => [`  ${name}`, `${breaks} (${scenario})`]),
  ]);
  const lines = [
    'Scenarios:',
    ...rows.slice(0, scenarios.length),
    '',
    'Bugs, each to be noticed by a scenario:',
    ...rows.slice(scenarios.length),
  ];
  return `${lines.join('\n')}\n`;
}

async function runAll(wanted: readonly Scenario[], options: Options): Promise<boolean> {
  await prepare(root, { ownServers: true });
  const results: Result[] = [];
  const progress = createProgress();
  const { events, rate, dist, troubled } = options;
  try {
    for (const scenario of wanted) {
      await progress.step(
        scenario.name,
        async ({ note }) => {
          const run = { events, rate, troubled, progress: note, ...(dist === undefined ? {} : { dist }) };
          const result = await runScenario(scenario, run);
          results.push(troubled ? result : noticed(result));
        },
        () => (results.at(-1)?.passed ? 'PASS' : 'FAIL'),
      );
      if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
    }
  } finally {
    progress.close();
    // Also of a run that could not go on: hours may have led there.
    if (results.length > 0) process.stdout.write(`\n${tableOf(results)}`);
  }
  return results.every(({ passed }) => passed);
}

function run(options: Options): Promise<boolean> {
  const [first, ...rest] = options.names;
  return first === 'bugs' ? runBugs(rest, options) : runAll(chosen(options), options);
}

endOnSignals('faults');

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(help);
  else if (options.names.length === 1 && options.names[0] === 'list') process.stdout.write(list());
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  endWithUsage('faults', error);
}
