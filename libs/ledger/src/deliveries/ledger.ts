// The delivery ledger: it runs the statements on rows of deliveries. Every statement that changes a claimed row checks the
// epoch of the claim, so a process that lost a row cannot overwrite what its new owner wrote.
import type { EventEnvelope } from '@switchboard/contracts';
import { byteaArray, type Database } from '@switchboard/postgres';
import { backlogSql, claimDueSql, comingDueSql } from './claim-sql.ts';
import { intakeSql, recordAndReleaseSql, recordSql, releaseSql, stepsSql } from './delivery-sql.ts';
import { freeUnknownClaimsSql } from './free-claims-sql.ts';
import type { Claim, LedgerRow } from './ledger-row.ts';
import { type LedgerWrite, recordParameters } from './ledger-write.ts';
import { sanitizedJson } from './sanitize.ts';

/** An event to take in, with its body. */
export interface NewEvent {
  readonly day: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly source: string;
  readonly eventTime: string | null;
  /** W3C Trace Context; null for most events. */
  readonly traceparent: string | null;
  readonly acceptedAt: Date;
  readonly orderingKey: string;
  readonly body: Buffer;
  readonly envelope: EventEnvelope;
  /** Memory that body and envelope take, in bytes. */
  readonly memoryBytes: number;
}

/** The result of tenants' rules, evaluated before the events are inserted. */
export interface RuleDecisions {
  /** By integration, the version of the rules that were evaluated. */
  readonly known: ReadonlyMap<string, string>;
  /** Events, by their index, that an integration does not want. */
  readonly unwanted: readonly { readonly position: number; readonly integrationId: string }[];
  /** Integrations whose rules are invalid. Their rows are marked, and the rules decide when they are delivered. */
  readonly undecided: ReadonlySet<string>;
}

/** An integration of this process whose new rows may be claimed when they are inserted. */
export interface ClaimableIntegration {
  readonly id: string;
  readonly slot: number;
  /** True when all waiting rows of the integration are in the memory of this process. */
  readonly clear: boolean;
}

/** The result of an intake for one event and one integration that wants it. */
export interface IntakeResult {
  /** Index of the event in the list. */
  readonly position: number;
  readonly integrationId: string;
  /** The new row; null when the ledger already had it. */
  readonly id: number | null;
  /** The epoch under which the new row is claimed; null when it is not claimed. */
  readonly claim: number | null;
  /** True when the rules have changed since they were evaluated. Nothing is inserted then. */
  readonly unknown: boolean;
}

/** An integration with unclaimed waiting rows; the first of them is due in `dueSeconds`. */
export interface WaitingIntegration {
  readonly id: string;
  readonly dueSeconds: number;
}

/** How many ordering keys of an integration to claim. */
export interface ClaimRequest {
  readonly id: string;
  /** Most keys, whatever the types of their rows. */
  readonly keys: number;
  /** Event types that are claimed before others. */
  readonly urgent: readonly string[];
  /** Most keys for each of these types. */
  readonly urgentKeys: number;
}

/** A pair of event and integration (with its position), or a new row (with its id). */
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

/** Most rows of one key that are claimed at once. */
const ROWS_PER_KEY = 8;
/** Most keys that are claimed at once, of all integrations together. */
const KEYS_PER_CLAIM = 128;
/** Most rows that are read to find what comes due. */
const COMING_DUE_ROWS = 5_000;
/** Keeps one plan. Planning took a fifth of the time that Postgres spends on a delivery. */
const ALWAYS_PREPARE = { alwaysPrepare: true };

/** The ledger as one process uses it. */
export class Ledger {
  constructor(
    private readonly db: Database,
    readonly instance: string,
    private readonly sinks: readonly string[],
  ) {}

  /**
   * Inserts events: each body once, and one row per integration that wants the event. A row is claimed when its integration
   * is in `ready` and no older row of its key waits. When the rules of an integration have changed since `decisions` were
   * made, nothing is inserted for it, and its result has `unknown`.
   */
  async takeIn(
    sink: string,
    events: readonly NewEvent[],
    decisions: RuleDecisions,
    ready: readonly ClaimableIntegration[],
  ): Promise<IntakeResult[]> {
    const column = <T>(field: (event: NewEvent) => T) => events.map(field);
    const unwanted = events.map((): string[] => []);
    for (const { position, integrationId } of decisions.unwanted) unwanted[position]?.push(integrationId);
    const params = [
      sink,
      this.instance,
      column((event) => event.day),
      column((event) => event.eventId),
      column((event) => event.tenantId),
      column((event) => event.eventType),
      column((event) => event.source),
      column((event) => event.eventTime),
      column((event) => event.acceptedAt.toISOString()),
      column((event) => event.orderingKey),
      byteaArray(column((event) => event.body)),
      unwanted.map((ids) => JSON.stringify(ids)),
      JSON.stringify(Object.fromEntries(decisions.known)),
      JSON.stringify(Object.fromEntries(ready.map(({ id, clear }) => [id, clear]))),
      [...new Set(ready.map(({ slot }) => slot))],
      // unnest() fills a shorter array with null.
      events.some(({ traceparent }) => traceparent !== null) ? column((event) => event.traceparent) : [],
      [...decisions.undecided],
    ];
    return intakeResults(await this.db.query<IntakeRow>(intakeSql, params, ALWAYS_PREPARE), events);
  }

  /** Those of the given integrations that have unclaimed waiting rows. */
  async backlog(ids: readonly string[]): Promise<WaitingIntegration[]> {
    return this.db.query<WaitingIntegration>(backlogSql, [ids], ALWAYS_PREPARE);
  }

  /** Integrations of this process's sinks with unclaimed rows that came due in the last seconds or will in the next ones. */
  async comingDue(sinceSeconds: number, untilSeconds: number): Promise<WaitingIntegration[]> {
    return this.db.query<WaitingIntegration>(comingDueSql, [
      this.sinks,
      sinceSeconds,
      untilSeconds,
      COMING_DUE_ROWS,
    ]);
  }

  /**
   * Claims due rows: for each integration the oldest rows of some keys, with the rows behind them that may follow. Keys with
   * a row of an urgent type go first.
   */
  async claimDue(requests: readonly ClaimRequest[]): Promise<LedgerRow[]> {
    return this.db.query<LedgerRow>(claimDueSql, [
      this.instance,
      requests.map(({ id }) => id),
      requests.map(({ keys }) => keys),
      ROWS_PER_KEY,
      KEYS_PER_CLAIM,
      JSON.stringify(Object.fromEntries(requests.map(({ id, urgent }) => [id, urgent]))),
      requests.map(({ urgentKeys }) => urgentKeys),
    ]);
  }

  /** Writes outcomes and releases rows. Returns how many of the outcomes were written: this process still owned their rows. */
  async record(write: LedgerWrite): Promise<number> {
    const [outcomes, released] = recordParameters(write);
    const written =
      write.released.length === 0
        ? await this.db.query(recordSql, outcomes, ALWAYS_PREPARE)
        : await this.db.query(recordAndReleaseSql, [...outcomes, ...released], ALWAYS_PREPARE);
    return written.length;
  }

  /** Adds results of steps to rows. Returns the ids of the rows that this process still owned. */
  async storeSteps(
    steps: readonly { readonly row: Claim; readonly step: Readonly<Record<string, unknown>> }[],
  ): Promise<Set<number>> {
    const found = await this.db.query<{ id: number }>(stepsSql, [
      ...claimColumns(steps.map(({ row }) => row)),
      steps.map(({ step }) => sanitizedJson(step)),
    ]);
    return new Set(found.map(({ id }) => id));
  }

  /** Releases rows that this process has claimed. */
  async release(rows: readonly Claim[]): Promise<void> {
    if (rows.length > 0) await this.db.query(releaseSql, claimColumns(rows));
  }

  /** Releases rows that are claimed under these epochs of this process, except those that its memory knows. */
  async freeUnknownClaims(epochs: readonly number[], known: readonly number[]): Promise<void> {
    await this.db.query(freeUnknownClaimsSql, [this.instance, epochs, known]);
  }
}

function claimColumns(rows: readonly Claim[]): unknown[] {
  return [rows.map(({ day }) => day), rows.map(({ id }) => id), rows.map(({ claim }) => claim)];
}

/** Joins each pair with its new row, in the order of the events. */
function intakeResults(rows: readonly IntakeRow[], events: readonly NewEvent[]): IntakeResult[] {
  const inserted = new Map<string, { id: number; claim: number | null }>();
  for (const row of rows) {
    if (row.position === null) inserted.set(pairKey(row.integrationId, row), row);
  }
  const results: IntakeResult[] = [];
  for (const row of rows) {
    if (row.position === null) continue;
    const { position, integrationId, unknown } = row;
    const { id, claim } = inserted.get(pairKey(integrationId, events[position] as NewEvent)) ?? NOT_INSERTED;
    results.push({ position, integrationId, unknown, id, claim });
  }
  return results.sort((a, b) => a.position - b.position);
}

const NOT_INSERTED = { id: null, claim: null };

function pairKey(integrationId: string, { day, eventId }: Pick<NewEvent, 'day' | 'eventId'>): string {
  return `${day}\0${eventId}\0${integrationId}`;
}
