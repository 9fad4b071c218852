// `npm run faults -- bugs [NAME...]`: runs every mistake through its scenario, and prints which of them were noticed.
import { writeFileSync } from 'node:fs';
import { prepare } from '../../../dev/prepare.mjs';
import { createProgress } from '../../../command-line/progress.mjs';
import { root } from '../../../root.mjs';
import { UsageError } from '../../../command-line/arguments.mjs';
import type { Options } from '../options.ts';
import { scenarios } from '../scenarios/index.ts';
import { type Bug, checkBug } from './bug.ts';
import { bugs } from './index.ts';
import { type Catch, runBug, runControl, tableOfCatches } from './run.ts';

/** Runs the named mistakes, or all; true when each was caught. Throws UsageError, BugMismatchError. */
export async function runBugs(names: readonly string[], options: Options): Promise<boolean> {
  const wanted = chosen(names);
  // Before the first of them takes its minutes.
  wanted.forEach(checkBug);
  await prepare(root, { ownServers: true });
  const catches: Catch[] = [];
  const progress = createProgress();
  const { events, rate, dist } = options;
  const controls = scenarios.filter(({ name }) => wanted.some(({ scenario }) => scenario === name));
  const write = () => {
    if (options.json) writeFileSync(options.json, `${JSON.stringify(catches, null, 2)}\n`);
  };
  for (const scenario of controls) {
    await progress.step(
      `${scenario.name} without a mistake`,
      async ({ note }) => {
        const run = { events, rate, progress: note, ...(dist === undefined ? {} : { dist }) };
        catches.push(await runControl(scenario, run));
      },
      () => (catches.at(-1)?.caught ? 'passes, as it must' : 'FAILS without any mistake'),
    );
    write();
  }
  for (const bug of wanted) {
    const scenario = scenarios.find(({ name }) => name === bug.scenario);
    if (scenario === undefined)
      throw new RangeError(`seeding ${bug.name}: there is no scenario ${bug.scenario}`);
    await progress.step(
      bug.name,
      async ({ note }) => {
        const run = { events, rate, progress: note, ...(dist === undefined ? {} : { dist }) };
        catches.push(await runBug(bug, scenario, run));
      },
      () => (catches.at(-1)?.caught ? `caught by ${scenario.name}` : `NOT caught by ${scenario.name}`),
    );
    write();
  }
  progress.close();
  process.stdout.write(`\n${tableOfCatches(catches)}`);
  return catches.every(({ caught }) => caught);
}

function chosen(names: readonly string[]): readonly Bug[] {
  const unknown = names.find((name) => !bugs.some((bug) => bug.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no bug ${unknown}; use one of ${bugs.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? bugs : bugs.filter(({ name }) => names.includes(name));
}
