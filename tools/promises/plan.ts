// The plan of one run, as a value: the number of events and keys, the vendor's answers, which processes start and end,
// and which faults happen. All are small numbers, so that a plan can be reduced to what a fault needs.
import fc from 'fast-check';
import type { Harm } from './postgres-proxy.ts';

/** A partition of the topic. Its consumer hands over so many records at a time. */
export interface PartitionPlan {
  readonly events: number;
  readonly keys: number;
  readonly chunk: number;
  /** Every so many records are on the topic twice, as of a writer that missed an acknowledgement; 0: none. */
  readonly twiceEvery: number;
  /** Between a chunk and the next. */
  readonly pauseMs: number;
}

/** What the vendor does with every so-manieth event; 0: with none. */
export interface VendorPlan {
  /** 503 before it takes the event, once or twice. */
  readonly failsEvery: number;
  /** 429 with `Retry-After` once, at that event. */
  readonly pausesAt: number;
  /** 400: the event is dead. */
  readonly rejectsEvery: number;
  /** Delivered in two calls, each a stored step. */
  readonly stepsEvery: number;
  /** 401 once, at that event: the integration is parked. */
  readonly breaksAt: number;
  /** A call takes so many ms at most. */
  readonly slowMs: number;
}

/** Statements by what they do, as far as a plan tells them apart. */
export type Statement = 'intake' | 'record' | 'ledger' | 'ownership' | 'any';

/** Harm to the nth statement of a kind that a process sends. */
export interface DatabaseFault {
  readonly process: number;
  readonly statement: Statement;
  readonly nth: number;
  readonly harm: Harm;
}

/** Harm to the nth call that reaches the vendor; `after`: the vendor has taken the event. */
export interface CallFault {
  readonly nth: number;
  readonly harm: 'reset-before' | 'reset-after' | 'hang';
}

/** Something that happens when so many chunks were handed over. */
export interface Happening {
  readonly chunks: number;
  readonly what: 'start' | 'stop' | 'kill' | 'freeze' | 'rebalance' | 'repeat' | 'replay';
  /** Which process or partition, modulo how many there are. */
  readonly which: number;
}

export interface Plan {
  readonly partitions: readonly PartitionPlan[];
  readonly integrations: number;
  readonly processes: number;
  readonly vendor: VendorPlan;
  readonly databaseFaults: readonly DatabaseFault[];
  readonly callFaults: readonly CallFault[];
  readonly happenings: readonly Happening[];
}

const weighted = <T>(...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]) =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const everyOrNever = (min: number, max: number) =>
  weighted<number>([1, fc.constant(0)], [1, fc.integer({ min, max })]);

/** Mostly small, for many runs; sometimes as large as a consumer's largest fetch. */
const partition = weighted<PartitionPlan>(
  [6, partitionOf(1, 30, 15)],
  [3, partitionOf(200, 600, 2)],
  [1, partitionOf(1_000, 3_000, 1)],
);

function partitionOf(smallest: number, largest: number, chunks: number): fc.Arbitrary<PartitionPlan> {
  return fc.integer({ min: smallest, max: largest }).chain((chunk) =>
    fc.record({
      events: fc.integer({ min: 1, max: chunk * chunks }),
      keys: fc.integer({ min: 1, max: 16 }),
      chunk: fc.constant(chunk),
      twiceEvery: weighted<number>([2, fc.constant(0)], [1, fc.integer({ min: 1, max: 40 })]),
      pauseMs: weighted<number>([1, fc.constant(0)], [2, fc.integer({ min: 1, max: 30 })]),
    }),
  );
}

const harm = weighted<Harm>(
  [3, fc.constant('lose-answer')],
  [3, fc.constant('refuse')],
  [1, fc.constant('cut')],
  [2, fc.integer({ min: 5, max: 400 })],
);

const statement = weighted<Statement>(
  [4, fc.constant('intake')],
  [4, fc.constant('record')],
  [3, fc.constant('ledger')],
  [1, fc.constant('ownership')],
  [1, fc.constant('any')],
);

/** Plans of every kind. */
export const plans: fc.Arbitrary<Plan> = fc.record({
  partitions: fc.array(partition, { minLength: 1, maxLength: 4 }),
  integrations: fc.integer({ min: 1, max: 3 }),
  processes: fc.integer({ min: 1, max: 3 }),
  vendor: fc.record({
    failsEvery: everyOrNever(2, 20),
    pausesAt: everyOrNever(1, 100),
    rejectsEvery: everyOrNever(3, 40),
    stepsEvery: everyOrNever(1, 10),
    breaksAt: everyOrNever(1, 100),
    slowMs: fc.integer({ min: 0, max: 12 }),
  }),
  databaseFaults: fc.array(
    fc.record({
      process: weighted<number>([3, fc.constant(0)], [2, fc.integer({ min: 1, max: 3 })]),
      statement,
      nth: weighted<number>([2, fc.integer({ min: 1, max: 5 })], [1, fc.integer({ min: 1, max: 40 })]),
      harm,
    }),
    { maxLength: 10 },
  ),
  callFaults: fc.array(
    fc.record({
      nth: fc.integer({ min: 1, max: 200 }),
      harm: fc.constantFrom('reset-before', 'reset-after', 'hang'),
    }),
    { maxLength: 3 },
  ),
  happenings: fc.array(
    fc.record({
      chunks: fc.integer({ min: 0, max: 20 }),
      what: fc.constantFrom('start', 'stop', 'kill', 'freeze', 'rebalance', 'repeat', 'replay'),
      which: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 4 },
  ),
});

/** The kind of a statement. */
export function kindOf(text: string): Statement {
  // With a list of columns: the upkeep of partitions moves rows into tables whose names begin alike.
  if (text.includes('insert into event_body (')) return 'intake';
  if (text.includes('insert into delivery_attempt (')) return 'record';
  if (/update delivery\b/.test(text)) return 'ledger';
  if (/sink_(?:slot|instance)/.test(text)) return 'ownership';
  return 'any';
}
