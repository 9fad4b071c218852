// The statements of the delivery ledger. Every one that changes a claimed row is fenced by the epoch it was claimed under:
// a process that lost a row to another cannot overwrite what the other one did.
import type { EventEnvelope } from '@switchboard/contracts';
import { byteaArray, type Database } from '@switchboard/postgres';
import { backlogSql, claimDueSql, comingDueSql } from './claim-sql.ts';
import { type LedgerWrite, recordColumns } from './entries.ts';
import { sweepSql } from './free-sql.ts';
import type { Claim, LedgerRow } from './row.ts';
import type { RuleDecisions } from './rule-decisions.ts';
import { intakeSql, recordAndReleaseSql, recordSql, releaseSql, stepsSql } from './sql.ts';
import { storableJson } from './storable.ts';

/** An event to take in, with its body. */
export interface NewEvent {
  readonly day: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly source: string;
  readonly eventTime: string | null;
  /** W3C Trace Context; null for most. */
  readonly traceparent: string | null;
  readonly acceptedAt: Date;
  readonly orderingKey: string;
  readonly body: Buffer;
  readonly envelope: EventEnvelope;
  /** Bytes that both take in memory. */
  readonly footprint: number;
}

/** An integration whose new rows may be claimed as they are written. */
export interface Ready {
  readonly id: string;
  readonly slot: number;
  /** None of its rows waits outside the memory of this process. */
  readonly clear: boolean;
}

/** What an intake did with one event and one integration that wants it. */
export interface Taken {
  /** Position of the event in what was given. */
  readonly position: number;
  readonly integrationId: string;
  /** The new row; null when the ledger had it already. */
  readonly id: number | null;
  /** The epoch it is claimed under. */
  readonly claim: number | null;
  /** Its rules are not those it was judged by; it may want the event or not. */
  readonly unknown: boolean;
}

/** Rows of an integration wait unclaimed; the first is due in so many seconds. */
export interface Backlog {
  readonly id: string;
  readonly dueSeconds: number;
}

/** How many keys of an integration may be claimed, of which rows. */
export interface Asking {
  readonly id: string;
  /** Of whatever type. */
  readonly keys: number;
  /** Types that go before the others. */
  readonly urgent: readonly string[];
  /** Of each of these. */
  readonly urgentKeys: number;
}

/** A pair that was asked for (with its position), or a row that is new (with its id). */
type IntakeRow = { readonly integrationId: string; readonly unknown: boolean } & (
  | { readonly position: number }
  | {
      readonly position: null;
      readonly day: string;
      readonly eventId: string;
      readonly id: number;
      readonly claim: number | null;
    }
);

/** Rows of a key that are claimed at once, at most. */
const RUN = 8;
/** Keys of which rows are claimed at once, of all integrations together. */
const KEYS = 128;
/** Rows that one look for what comes due reads. */
const LOOKED_AT = 5_000;
/** Planning them took a fifth of what Postgres did for a delivery. */
const ALWAYS_PREPARE = { alwaysPrepare: true };

/** The ledger as one process uses it. */
export class Ledger {
  constructor(
    private readonly db: Database,
    readonly instance: string,
    private readonly sinks: readonly string[],
  ) {}

  /**
   * Takes events in: bodies once, one row per integration that wants it, claimed where it is ready and order allows. For
   * an integration whose rules have changed since `decisions` nothing is written, and it says so.
   */
  async takeIn(
    sink: string,
    events: readonly NewEvent[],
    decisions: RuleDecisions,
    ready: readonly Ready[],
  ): Promise<Taken[]> {
    const pick = <T>(field: (event: NewEvent) => T) => events.map(field);
    const unwanted = events.map((): string[] => []);
    for (const { position, integrationId } of decisions.unwanted) unwanted[position]?.push(integrationId);
    const params = [
      sink,
      this.instance,
      pick((event) => event.day),
      pick((event) => event.eventId),
      pick((event) => event.tenantId),
      pick((event) => event.eventType),
      pick((event) => event.source),
      pick((event) => event.eventTime),
      pick((event) => event.acceptedAt.toISOString()),
      pick((event) => event.orderingKey),
      byteaArray(pick((event) => event.body)),
      unwanted.map((ids) => JSON.stringify(ids)),
      JSON.stringify(Object.fromEntries(decisions.known)),
      JSON.stringify(Object.fromEntries(ready.map(({ id, clear }) => [id, clear]))),
      [...new Set(ready.map(({ slot }) => slot))],
      // What is missing at its end is null.
      events.some(({ traceparent }) => traceparent !== null) ? pick((event) => event.traceparent) : [],
    ];
    return takenOf(await this.db.query<IntakeRow>(intakeSql, params, ALWAYS_PREPARE), events);
  }

  /** Those of these integrations of which rows wait unclaimed. */
  async backlog(ids: readonly string[]): Promise<Backlog[]> {
    return this.db.query<Backlog>(backlogSql, [ids], ALWAYS_PREPARE);
  }

  /** Integrations of our sinks of which unclaimed rows came due in the last seconds, or will in the next. */
  async comingDue(sinceSeconds: number, untilSeconds: number): Promise<Backlog[]> {
    return this.db.query<Backlog>(comingDueSql, [this.sinks, sinceSeconds, untilSeconds, LOOKED_AT]);
  }

  /**
   * Claims due rows: for each integration the oldest of so many keys, with those behind them that may follow; first of
   * keys that have a row of an urgent type.
   */
  async claimDue(asked: readonly Asking[]): Promise<LedgerRow[]> {
    return this.db.query<LedgerRow>(claimDueSql, [
      this.instance,
      asked.map(({ id }) => id),
      asked.map(({ keys }) => keys),
      RUN,
      KEYS,
      JSON.stringify(Object.fromEntries(asked.map(({ id, urgent }) => [id, urgent]))),
      asked.map(({ urgentKeys }) => urgentKeys),
    ]);
  }

  /** Writes outcomes down and gives rows back. Answers how many outcomes were still ours to write. */
  async record(write: LedgerWrite): Promise<number> {
    const [outcomes, released] = recordColumns(write);
    const written =
      write.released.length === 0
        ? await this.db.query(recordSql, outcomes, ALWAYS_PREPARE)
        : await this.db.query(recordAndReleaseSql, [...outcomes, ...released], ALWAYS_PREPARE);
    return written.length;
  }

  /** Adds results of steps to rows. Answers the ids of those that were still ours. */
  async storeSteps(
    steps: readonly { readonly row: Claim; readonly step: Readonly<Record<string, unknown>> }[],
  ): Promise<Set<number>> {
    const found = await this.db.query<{ id: number }>(stepsSql, [
      ...names(steps.map(({ row }) => row)),
      steps.map(({ step }) => storableJson(step)),
    ]);
    return new Set(found.map(({ id }) => id));
  }

  /** Gives rows back that are claimed by this process. */
  async release(rows: readonly Claim[]): Promise<void> {
    if (rows.length > 0) await this.db.query(releaseSql, names(rows));
  }

  /** Frees what is claimed under these epochs of ours, but for what memory knows. */
  async sweep(epochs: readonly number[], known: readonly number[]): Promise<void> {
    await this.db.query(sweepSql, [this.instance, epochs, known]);
  }
}

function names(rows: readonly Claim[]): unknown[] {
  return [rows.map(({ day }) => day), rows.map(({ id }) => id), rows.map(({ claim }) => claim)];
}

/** Each pair with its row, in the order of the events. */
function takenOf(rows: readonly IntakeRow[], events: readonly NewEvent[]): Taken[] {
  const made = new Map<string, { id: number; claim: number | null }>();
  for (const row of rows) {
    if (row.position === null) made.set(keyOf(row.integrationId, row), row);
  }
  const taken: Taken[] = [];
  for (const row of rows) {
    if (row.position === null) continue;
    const { position, integrationId, unknown } = row;
    const { id, claim } = made.get(keyOf(integrationId, events[position] as NewEvent)) ?? NOTHING;
    taken.push({ position, integrationId, unknown, id, claim });
  }
  return taken.sort((a, b) => a.position - b.position);
}

const NOTHING = { id: null, claim: null };

function keyOf(integrationId: string, { day, eventId }: Pick<NewEvent, 'day' | 'eventId'>): string {
  return `${day}\0${eventId}\0${integrationId}`;
}
