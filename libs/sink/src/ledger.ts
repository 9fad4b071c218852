// The statements of the delivery ledger. Every one that changes a claimed row is fenced by `claimed_by`: a process that
// lost a row to another cannot overwrite what the other one did.
import type { EventEnvelope } from '@switchboard/contracts';
import { byteaArray, type Database } from '@switchboard/postgres';
import type { LedgerRow } from './ledger-row.ts';
import {
  claimDueSql,
  expireSql,
  forgetSql,
  intakeSql,
  recordSql,
  statesSql,
  stepsSql,
  sweepSql,
} from './ledger-sql.ts';
import type { Timing } from './timing.ts';
import type { Wishes } from './wishes.ts';

const MAX_TEXT = 1000;

/** An event to take in, with its body. */
export interface NewEvent {
  readonly eventId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly source: string;
  readonly eventTime: string | null;
  readonly acceptedAt: Date;
  readonly orderingKey: string;
  readonly body: Buffer;
  readonly envelope: EventEnvelope;
}

/** What an intake did with one event and one integration that wants it. */
export interface Taken {
  /** Position of the event in what was given. */
  readonly position: number;
  readonly integrationId: string;
  /** The new row; null when the ledger had it already. */
  readonly id: number | null;
  readonly claimed: boolean;
  /** The ledger had it, written by somebody else while this statement ran. */
  readonly raced: boolean;
  /** Its rules are not those it was judged by; it may want the event or not. */
  readonly unknown: boolean;
}

/** What is written down about a row whose delivery was tried, or decided without a call. */
export interface OutcomeEntry {
  readonly id: number;
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  /** Attempts this one uses up: 0 or 1. */
  readonly counted: number;
  /** Whether the sink ran; only then there is an attempt to show. */
  readonly called: boolean;
  /** For a waiting row: seconds until it is due. */
  readonly delaySeconds: number;
  readonly kind: string;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly at: Date;
  readonly latencyMs: number;
}

/** One write of the recorder. */
export interface LedgerWrite {
  readonly outcomes: readonly OutcomeEntry[];
  /** Rows given back unfinished, because one before them waits or their integration is held. */
  readonly released: readonly number[];
  /** Integrations at fault, with the reason. */
  readonly held: ReadonlyMap<string, string>;
  /** Integrations that were at fault and work again. */
  readonly recovered: ReadonlySet<string>;
}

/** The ledger as one process uses it; `instance` is what the process claims rows with. */
export class Ledger {
  constructor(
    private readonly db: Database,
    readonly instance: string,
    private readonly sinks: readonly string[],
    private readonly timing: Pick<Timing, 'silenceSeconds' | 'holdSeconds'>,
  ) {}

  /**
   * Takes events in: bodies once, one row per integration that wants it, claimed where order and `claim` allow. For an
   * integration whose rules have changed since `wishes` nothing is written, and it says so.
   */
  async takeIn(sink: string, events: readonly NewEvent[], wishes: Wishes, claim: boolean): Promise<Taken[]> {
    const pick = <T>(field: (event: NewEvent) => T) => events.map(field);
    return this.db.query<Taken>(intakeSql, [
      sink,
      this.instance,
      claim,
      pick((event) => event.eventId),
      pick((event) => event.tenantId),
      pick((event) => event.eventType),
      pick((event) => event.source),
      pick((event) => event.eventTime),
      pick((event) => event.acceptedAt.toISOString()),
      pick((event) => event.orderingKey),
      byteaArray(pick((event) => event.body)),
      [...wishes.known.keys()],
      [...wishes.known.values()],
      wishes.unwanted.map(({ position }) => position + 1),
      wishes.unwanted.map(({ integrationId }) => integrationId),
    ]);
  }

  /** Claims rows that are due, the oldest of each key first and those behind it as far as they may follow. */
  async claimDue(
    limits: { lanes: number; perLane: number },
    except: readonly number[],
  ): Promise<LedgerRow[]> {
    return this.db.query<LedgerRow>(claimDueSql, [
      this.instance,
      this.sinks,
      this.timing.silenceSeconds,
      except,
      limits.lanes,
      limits.perLane,
    ]);
  }

  /** Writes outcomes down. Answers how many were still ours to write. */
  async record(write: LedgerWrite): Promise<number> {
    const rows = await this.db.query(recordSql, [
      this.instance,
      ...columns(write.outcomes),
      write.released,
      [...write.held.keys()],
      [...write.held.values()].map(clean),
      this.timing.holdSeconds,
      [...write.recovered].filter((id) => !write.held.has(id)),
    ]);
    return rows.length;
  }

  /** Stores results of steps. Answers the rows that were still ours. */
  async storeSteps(steps: ReadonlyMap<number, Record<string, unknown>>): Promise<Set<number>> {
    const values = [...steps.values()].map((step) => JSON.stringify(step, withoutNul));
    const rows = await this.db.query<{ id: number }>(stepsSql, [this.instance, [...steps.keys()], values]);
    return new Set(rows.map((row) => row.id));
  }

  /** Gives back every row that is claimed by this process and not among `keep`. Answers how many. */
  async sweep(keep: readonly number[]): Promise<number> {
    return (await this.db.query(sweepSql, [this.instance, keep])).length;
  }

  /** Gives rows back that are claimed by this process. */
  async release(ids: readonly number[]): Promise<void> {
    await this.db.query(
      'update delivery set claimed_by = null where id = any($2::bigint[]) and claimed_by = $1',
      [this.instance, ids],
    );
  }

  /** Keeps what this process claimed from being taken over; creates its row the first time. */
  async beat(): Promise<void> {
    await this.db.query(
      `insert into sink_instance (id) values ($1)
       on conflict (id) do update set heartbeat_at = clock_timestamp()`,
      [this.instance],
    );
  }

  /** Tells whoever manages integrations which sinks there are. */
  async announce(): Promise<void> {
    await this.db.query(
      `insert into sink_catalog (name) select unnest($1::text[])
       on conflict (name) do update set seen_at = now()`,
      [this.sinks],
    );
  }

  /** Ends this process's part: everything it claimed is free at once. */
  async leave(): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(sweepSql, [this.instance, []]);
      await tx.query('delete from sink_instance where id = $1', [this.instance]);
    });
  }

  /** Ends waiting: rows accepted too long ago are dead. Answers how many; forgets processes long gone. */
  async expire(after: Pick<Timing, 'maxAgeSeconds' | 'maxParkedSeconds'>): Promise<number> {
    await this.db.query(forgetSql);
    return (
      await this.db.query(expireSql, [
        this.sinks,
        this.timing.silenceSeconds,
        after.maxAgeSeconds,
        after.maxParkedSeconds,
      ])
    ).length;
  }

  /** Holds integrations that are at fault before anything was tried. */
  async hold(reasons: ReadonlyMap<string, string>): Promise<void> {
    await this.record({ outcomes: [], released: [], held: reasons, recovered: new Set() });
  }

  /** Rows that wait and rows that died, by sink; finished ones are counted as they finish. */
  async states(): Promise<{ sink: string; state: string; rows: number }[]> {
    return this.db.query(statesSql, [this.sinks]);
  }
}

// In the order `recordSql` takes them.
function columns(entries: readonly OutcomeEntry[]): unknown[] {
  return [
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.state),
    entries.map((entry) => entry.counted),
    entries.map((entry) => (entry.called ? 1 : 0)),
    entries.map((entry) => entry.delaySeconds),
    entries.map((entry) => entry.kind),
    entries.map((entry) => clean(entry.reason)),
    entries.map((entry) => clean(entry.reference)),
    entries.map((entry) => entry.status),
    entries.map((entry) => entry.at.toISOString()),
    entries.map((entry) => entry.latencyMs),
  ];
}

// Postgres takes every character but NUL, in text as in jsonb; whoever answers us may send one.
const clean = (text: string | null) => text?.replaceAll('\0', '').slice(0, MAX_TEXT) ?? null;

function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}
