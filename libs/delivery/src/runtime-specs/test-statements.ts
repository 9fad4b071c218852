// For the spec of moving rows: every kind of statement that must find the row of the ledger, its body or its attempts, and
// its result when it does.
import { conversationEscalated } from '@switchboard/contracts';
import {
  discardDeadLetters,
  editDeadLetter,
  type Job,
  Ledger,
  Links,
  type NewEvent,
  replayDeadLetters,
  Slots,
  showDeadLetter,
  WaitingRows,
} from '@switchboard/ledger';
import {
  actor,
  dryRunDeliveries,
  escalation,
  noKafka,
  type PartitionedTable,
  record,
  TENANT,
} from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import { delivered } from '@switchboard/sink';
import { readEvent } from '../intake/read-event.ts';
import { dryRunRow, latestRows } from '../jobs/job-rows.ts';
import { sinkThat } from '../spec-kit.ts';
import { claim, DAY, EPOCH, INSTANCE, KEY, outcome, type State, stateOf } from './test-row.ts';

/** A kind of statement, and its result when it finds the row. */
export interface Statement {
  readonly name: string;
  /** Tables that it looks for something in. */
  readonly tables: readonly PartitionedTable[];
  readonly row: State;
  /** Answers what came of it. */
  readonly run: (db: Database) => Promise<unknown>;
  readonly found: unknown;
}

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const ledgerOf = (db: Database) => new Ledger(db, INSTANCE, ['probe']);
const slotsOf = (db: Database) => new Slots(db, db, INSTANCE, ['probe'], 10);
const waitingOf = (db: Database) => new WaitingRows(db, ['probe']);
const letter = { kind: 'delivery', delivery: 1 } as const;
const all = { filter: {} };
const sink = sinkThat(async () => delivered());
const job: Job = {
  id: '00000000-0000-4000-8000-000000000002',
  tenantId: TENANT,
  sink: 'probe',
  kind: 'dry_run',
  integrationId: 'one',
  settings: null,
  input: {},
};
const { type } = conversationEscalated;

const takeIn = async (db: Database, eventId: string) => {
  const [{ slot = 0 } = {}] = await db.query<{ slot: number }>('select slot from integrations');
  const wishes = { known: new Map(), unwanted: [], undecided: new Set<string>() };
  const event = readEvent(
    record(eventId, { key: KEY, time: `${DAY}T00:00:00Z` }),
    new Set([type]),
  ) as NewEvent;
  await ledgerOf(db).takeIn('probe', [event], wishes, [{ id: 'one', slot, clear: false }]);
  return stateOf(db);
};

const then = (work: (db: Database) => Promise<unknown>) => async (db: Database) => {
  await work(db);
  return stateOf(db);
};
const is = (...states: string[]) => ({ states, attempts: 1 });

export const release: Statement = {
  name: 'release',
  tables: ['delivery'],
  row: 'claimed',
  run: then((db) => ledgerOf(db).release([claim])),
  found: is('waiting'),
};

export const statements: readonly Statement[] = [
  {
    name: 'intake of what is there already',
    tables: ['delivery', 'event_body'],
    row: 'claimed',
    run: (db) => takeIn(db, 'e'),
    found: is('waiting, claimed'),
  },
  {
    name: 'intake of what waits behind it',
    tables: ['delivery', 'event_body'],
    row: 'free',
    run: (db) => takeIn(db, 'e2'),
    found: is('waiting', 'waiting'),
  },
  {
    name: 'outcome',
    tables: ['delivery', 'delivery_attempt'],
    row: 'claimed',
    run: then(async (db) => expect(await ledgerOf(db).record({ outcomes: [outcome], released: [] })).toBe(1)),
    found: { states: ['delivered'], attempts: 2 },
  },
  {
    name: 'release beside outcomes',
    tables: ['delivery', 'delivery_attempt'],
    row: 'claimed',
    run: then((db) => ledgerOf(db).record({ outcomes: [], released: [{ ...claim, delaySeconds: 0 }] })),
    found: is('waiting'),
  },
  {
    name: 'step',
    tables: ['delivery'],
    row: 'claimed',
    run: (db) => ledgerOf(db).storeSteps([{ row: claim, step: { a: 1 } }]),
    found: new Set([1]),
  },
  release,
  {
    name: 'claim',
    tables: ['delivery', 'event_body'],
    row: 'free',
    run: (db) => ledgerOf(db).claimDue([{ id: 'one', keys: 1, urgent: [], urgentKeys: 0 }]),
    found: [expect.objectContaining({ id: 1, body: escalation(KEY) })],
  },
  {
    name: 'what is due',
    tables: ['delivery'],
    row: 'free',
    run: async (db) => [await ledgerOf(db).backlog(['one']), await ledgerOf(db).comingDue(60, 1)],
    found: [[expect.objectContaining({ id: 'one' })], [expect.objectContaining({ id: 'one' })]],
  },
  {
    name: 'sweep',
    tables: ['delivery'],
    row: 'claimed',
    run: then((db) => ledgerOf(db).freeUnknownClaims([EPOCH], [])),
    found: is('waiting'),
  },
  {
    name: 'freeing of what is left',
    tables: ['delivery'],
    row: 'left',
    run: then((db) => slotsOf(db).freeStaleClaims([{ sink: 'probe', slot: 0, epoch: EPOCH }])),
    found: is('waiting'),
  },
  {
    name: 'letting go',
    tables: ['delivery'],
    row: 'claimed',
    run: then((db) => slotsOf(db).release([{ sink: 'probe', slot: 0, epoch: EPOCH }])),
    found: is('waiting'),
  },
  {
    name: 'expiry',
    tables: ['delivery'],
    row: 'free',
    run: then((db) => waitingOf(db).expire({ maxAgeSeconds: 3_600, maxParkedSeconds: 3_600 })),
    found: is('dead'),
  },
  {
    name: 'end of orphans',
    tables: ['delivery'],
    row: 'free',
    run: then(async (db) => {
      await db.query('delete from integrations');
      await waitingOf(db).endOrphans();
    }),
    found: is('dead'),
  },
  {
    name: 'count of what waits',
    tables: ['delivery'],
    row: 'free',
    run: (db) => waitingOf(db).rowCounts(),
    found: [expect.objectContaining({ rows: 1 })],
  },
  {
    name: 'link',
    tables: ['delivery'],
    row: 'claimed',
    run: (db) =>
      new Links(db, { abandoned: false }, logger)
        .keep(claim, { integrationId: 'one', orderingKey: KEY, kind: 'ticket' }, 't')
        .then(() => 'kept'),
    found: 'kept',
  },
  {
    name: 'replay',
    tables: ['delivery'],
    row: 'dead',
    run: (db) => replayDeadLetters(db, noKafka, all, { actor }),
    found: expect.objectContaining({ deliveries: { done: 1, missing: 0 } }),
  },
  {
    name: 'discard',
    tables: ['delivery'],
    row: 'dead',
    run: (db) => discardDeadLetters(db, all, { actor, reason: 'r' }),
    found: expect.objectContaining({ deliveries: { done: 1, missing: 0 } }),
  },
  {
    name: 'edit',
    tables: ['delivery'],
    row: 'dead',
    run: (db) => editDeadLetter(db, letter, escalation('other'), { actor }).then(() => 'edited'),
    found: 'edited',
  },
  {
    name: 'look at a dead letter',
    tables: ['delivery', 'event_body', 'delivery_attempt'],
    row: 'dead',
    run: (db) => showDeadLetter(db, letter, { body: true }),
    found: expect.objectContaining({
      row: expect.objectContaining({ state: 'dead' }),
      body: escalation(KEY),
      calls: [expect.anything()],
    }),
  },
  {
    name: 'asking for a dry run',
    tables: ['delivery'],
    row: 'dead',
    run: (db) => dryRunDeliveries(db, [1], { forced: false, deadlineMs: 0 }),
    found: [expect.objectContaining({ problem: expect.stringContaining('start it and try again') })],
  },
  {
    name: 'dry run of a delivery',
    tables: ['delivery', 'event_body'],
    row: 'dead',
    run: (db) => dryRunRow(db, job, sink, { deliveryId: 1, answers: [], forced: false }),
    found: expect.objectContaining({ id: 1, body: escalation(KEY) }),
  },
  {
    name: 'dry run of an event',
    tables: ['event_body'],
    row: 'dead',
    run: (db) => dryRunRow(db, job, sink, { eventId: 'e', answers: [], forced: false }),
    found: expect.objectContaining({ eventId: 'e', body: escalation(KEY) }),
  },
  {
    name: 'preview',
    tables: ['delivery', 'event_body'],
    row: 'dead',
    run: (db) => latestRows(db, job, sink, 1),
    found: [expect.objectContaining({ body: escalation(KEY) })],
  },
];
