// Searches for plans that break a promise, and reduces those that it finds.

import { randomBytes } from 'node:crypto';
import { createDatabase, migrate } from '@switchboard/postgres';
import fc from 'fast-check';
import { describe, violationsOf } from './invariants.ts';
import { type Plan, plans } from './plan.ts';
import { type Ground, runPlan } from './run-plan.ts';

export interface SearchOptions {
  readonly databaseUrl: string;
  /** The same seed gives the same plans. */
  readonly seed: number;
  /** No plan is begun after so many ms, nor is one made smaller. */
  readonly forMs: number;
  readonly maxRuns?: number;
  /** Runs this one alone, over and over. */
  readonly plan?: Plan | undefined;
  /** Whether a plan that breaks a promise is made small; default true. */
  readonly shrink?: boolean;
  /** Told of each plan that has run. */
  readonly onRun?: (runs: number) => void;
}

/** What a search came to. */
export interface Found {
  readonly runs: number;
  readonly seed: number;
  /** The smallest plan found that breaks a promise, and how. */
  readonly broken?: { readonly plan: Plan; readonly how: string };
}

const WELL = { failsEvery: 0, pausesAt: 0, rejectsEvery: 0, stepsEvery: 0, breaksAt: 0, slowMs: 0 };

/** Plans that are always tried first: the smallest that show faults of a kind that chance seldom meets. */
export const KNOWN_PLANS: readonly Plan[] = [
  {
    // The first statement has events of both partitions and is refused; the rest of the second is behind it.
    partitions: [
      { events: 300, keys: 3, chunk: 300, twiceEvery: 0, pauseMs: 0 },
      { events: 300, keys: 3, chunk: 300, twiceEvery: 0, pauseMs: 0 },
    ],
    integrations: 1,
    processes: 1,
    vendor: WELL,
    databaseFaults: [{ process: 0, statement: 'intake', nth: 1, harm: 'refuse' }],
    callFaults: [],
    happenings: [],
  },
  {
    // Rows are claimed by a statement whose answer never comes.
    partitions: [{ events: 40, keys: 3, chunk: 10, twiceEvery: 0, pauseMs: 10 }],
    integrations: 1,
    processes: 1,
    vendor: { ...WELL, slowMs: 5 },
    databaseFaults: [{ process: 0, statement: 'intake', nth: 2, harm: 'lose-answer' }],
    callFaults: [],
    happenings: [],
  },
  {
    // A chunk has an event twice, and between them an older one of its key.
    partitions: [{ events: 80, keys: 1, chunk: 5, twiceEvery: 4, pauseMs: 10 }],
    integrations: 1,
    processes: 1,
    vendor: { ...WELL, slowMs: 5 },
    databaseFaults: [],
    callFaults: [],
    happenings: [],
  },
];

/** Runs plans until one breaks a promise or the time is over. */
export async function search(options: SearchOptions): Promise<Found> {
  const { databaseUrl, seed, forMs, maxRuns = 1_000_000, plan: only } = options;
  const shrink = (options.shrink ?? true) && only === undefined;
  const schema = `p${randomBytes(5).toString('hex')}`;
  const quiet = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  };
  const database = createDatabase({ url: databaseUrl, schema, logger: quiet });
  const ground: Ground = { database, databaseUrl };
  let runs = 0;
  let broken: Found['broken'];
  let underWay: Promise<unknown> = Promise.resolve();
  try {
    await migrate(database);
    const property = fc.asyncProperty(only === undefined ? plans : fc.constant(only), async (plan) => {
      const run = runPlan(plan, ground);
      underWay = run;
      const violations = violationsOf(await run);
      runs += 1;
      options.onRun?.(runs);
      if (violations.length === 0) return;
      const how = describe(violations);
      broken = { plan, how };
      throw new Error(how);
    });
    const details = await fc.check(property, {
      seed,
      numRuns: maxRuns,
      examples: (only === undefined ? KNOWN_PLANS : []).map((plan): [Plan] => [plan]),
      interruptAfterTimeLimit: forMs,
      endOnFailure: !shrink,
    });
    // When the time is over fast-check lets the plan under way go on: it uses the schema, and what it finds counts.
    await underWay;
    // A plan that could not be run says nothing about promises.
    if (details.failed && broken === undefined) throw details.errorInstance;
    const smallest = details.counterexample?.[0];
    if (broken !== undefined && smallest !== undefined) broken = { ...broken, plan: smallest };
    return { runs, seed, ...(broken === undefined ? {} : { broken }) };
  } finally {
    await database.query(`drop schema ${schema} cascade`);
    await database.close();
  }
}
