// `npm run promises`: searches for broken promises on its own or an existing Postgres, and prints what it found.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOnSignals, endWithUsage, UsageError } from '../command-line/arguments.mjs';
import { createProgress } from '../command-line/progress.mjs';
import { type Guard, startGuard } from '../processes/guard.mjs';
import { freePorts } from '../servers/ports.mjs';
import { startPostgres } from '../servers/postgres.mjs';
import { bugs } from './bugs.ts';
import { help, type Options, readOptions } from './options.ts';
import type { Plan } from './plan.ts';
import { findBug } from './run-bug.ts';
import { type Found, search } from './search.ts';

const MINUTE_MS = 60_000;

/** The URL of a Postgres that is there for this run alone, unless one is named. */
async function databaseUrl(guard: Guard): Promise<string> {
  const named = process.env['TEST_DATABASE_URL'];
  if (named) return named;
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-promises-'));
  chmodSync(folder, 0o755);
  guard.remove(folder);
  const [port = 0] = await freePorts(1);
  const place = { folder: join(folder, 'postgres'), logs: join(folder, 'logs'), port, guard };
  const { url } = await startPostgres({
    ...place,
    password: randomBytes(12).toString('hex'),
    durable: false,
  });
  return url;
}

async function runSearch({ minutes, seed, keepLarge, plan: file }: Options, url: string): Promise<boolean> {
  const given = file === undefined ? undefined : readPlan(file);
  const progress = createProgress();
  const found: Found = await progress.step(
    file === undefined ? `searching with seed ${seed}` : `running the plan of ${file}`,
    ({ note }) =>
      search({
        databaseUrl: url,
        seed,
        forMs: minutes * MINUTE_MS,
        shrink: !keepLarge,
        plan: given,
        onRun: (runs) => note(`${runs} runs`),
      }),
    ({ runs, broken }) => `${runs} runs, ${broken === undefined ? 'nothing found' : 'FOUND'}`,
  );
  progress.close();
  if (found.broken === undefined) return true;
  const { plan, how } = found.broken;
  process.stdout.write(
    `\nA promise is broken:\n${how}\n\nby this plan:\n${JSON.stringify(plan, undefined, 2)}\n`,
  );
  return false;
}

function readPlan(file: string): Plan {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Plan;
  } catch (error) {
    throw new UsageError(`--plan ${file}: cannot be read as JSON (${String(error)})`, { cause: error });
  }
}

async function runBugs({ minutes, seed }: Options, url: string): Promise<boolean> {
  const progress = createProgress();
  let missed = 0;
  for (const bug of bugs) {
    const found = await progress.step(
      bug.name,
      () => findBug(bug, { url, seed, minutes }),
      (was) => (was ? `found: ${bug.breaks}` : `NOT FOUND: ${bug.breaks}`),
    );
    if (!found) missed += 1;
  }
  progress.close();
  return missed === 0;
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const guard = startGuard();
  try {
    const url = await databaseUrl(guard);
    const well = await (options.bugs ? runBugs(options, url) : runSearch(options, url));
    return well ? 0 : 1;
  } finally {
    await guard.endAll();
  }
}

endOnSignals('promises');

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  endWithUsage('promises', error);
}
