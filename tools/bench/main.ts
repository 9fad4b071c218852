// `npm run bench`: runs benches on its own or existing servers, prints the results, and removes everything it made.
import { writeFileSync } from 'node:fs';
import { type Guard, startGuard } from '../processes/guard.mjs';
import { prepare } from '../dev/prepare.mjs';
import { createProgress, seconds } from '../command-line/progress.mjs';
import { root } from '../root.mjs';
import { UsageError } from '../command-line/arguments.mjs';
import { deliverBench } from './deliver/deliver.ts';
import { growthBench } from './deliver/growth.ts';
import { enricherBench } from './enricher.ts';
import type { Figure } from './figures.ts';
import { ingestBench } from './ingest.ts';
import { latencyBench } from './latency.ts';
import { memoryBench } from './memory.ts';
import { modelBench } from './model/model.ts';
import { type BenchName, help, type Options, readOptions } from './options.ts';
import { retentionBench } from './retention.ts';
import { table, toJson } from './report.ts';
import { routerBench } from './router.ts';
import { wholeBench } from './whole/whole.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const TIDY_MS = 30_000;

const benches: Readonly<Record<BenchName, (desk: Workbench) => Promise<Figure[]>>> = {
  router: routerBench,
  enricher: enricherBench,
  model: modelBench,
  ingest: ingestBench,
  deliver: deliverBench,
  growth: growthBench,
  latency: latencyBench,
  whole: wholeBench,
  memory: memoryBench,
  retention: retentionBench,
};

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  await prepare(root);
  const guard = startGuard();
  const figures: Figure[] = [];
  const { json } = options;
  const keep = (more: readonly Figure[]): void => {
    figures.push(...more);
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures.map(toJson), undefined, 2)}\n`);
  };
  try {
    await run(options, guard, keep);
  } finally {
    await guard.endAll();
    // Also of a run that could not go on: what was measured was measured.
    if (figures.length > 0) process.stdout.write(`\n${table(figures)}\n`);
  }
  const missed = figures.filter(({ pass }) => pass === false).length;
  process.stdout.write(missed === 0 ? '\nAll targets met.\n' : `\n${missed} missed.\n`);
  return missed === 0 ? 0 : 1;
}

async function run(
  { names, quick, tenants }: Options,
  guard: Guard,
  keep: (figures: readonly Figure[]) => void,
): Promise<void> {
  const progress = createProgress();
  const begun = Date.now();
  let tidy: () => Promise<void> = () => Promise.resolve();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      progress.say(`${signal}: removing what was made.`);
      const late = new Promise<void>((resolve) => setTimeout(resolve, TIDY_MS));
      // What cannot be removed in time, or no more, must not keep the processes from being ended.
      void Promise.allSettled([Promise.race([tidy(), late])])
        .then(() => guard.endAll())
        .then(() => process.exit(1));
    });
  }
  try {
    const opened = await openWorkbench({ guard, progress, quick, tenants });
    tidy = opened.tidy;
    for (const name of names) keep(await benches[name](opened.workbench));
    progress.say(`Measured in ${seconds(Date.now() - begun)}.`);
  } finally {
    await tidy();
    progress.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`npm run bench: ${error.message} (see --help)\n`);
  process.exitCode = 2;
}
