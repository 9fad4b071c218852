// Counts each event once, per tenant, type and hour of acceptance, however often it is read. Chunks that arrive during a
// statement are written by the next statement.
import { decodeHeaders } from '@switchboard/contracts';
import { dead, done, type InRecord, type Outcome } from '@switchboard/kafka';
import { BatchWriter, type Queryable } from '@switchboard/postgres';
import type { Metrics } from '@switchboard/service';

/** The part of an event that is counted. */
export interface Countable {
  readonly eventId: string;
  readonly tenantId: string;
  readonly type: string;
  /** Milliseconds since the epoch, of the hour it was accepted in. */
  readonly hour: number;
}

const HOUR_MS = 60 * 60 * 1000;
/** Unlike metric labels, unknown types keep their names, cut to this length. */
const MAX_TYPE = 200;
/** Chunks in one statement. */
const MAX_CHUNKS = 16;
/** Longer ids would not fit into an index; our ids are shorter. */
const MAX_ID = 500;
/** 9999-12-31: Postgres needs a sign before later years. */
const LAST_MOMENT = 253_402_300_799_999;

// Both inserts are in key order, so that two replicas cannot deadlock.
const COUNT = `
  with incoming as (
    select distinct on (event_id) event_id, tenant_id, event_type, hour
    from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as row (event_id, tenant_id, event_type, hour)
    order by event_id
  ), fresh as (
    insert into event_seen (event_id) select event_id from incoming order by event_id
    on conflict do nothing
    returning event_id
  ), counted as (
    insert into event_count (tenant_id, event_type, hour, events)
    select tenant_id, event_type, hour, count(*) from incoming join fresh using (event_id)
    group by tenant_id, event_type, hour
    order by tenant_id, event_type, hour
    on conflict (tenant_id, event_type, hour) do update set events = event_count.events + excluded.events
  )
  select count(*) as fresh from fresh`;

/** Counts events read from Kafka, and repeats among them. */
export class EventCounter {
  readonly #writer: BatchWriter<readonly Countable[]>;
  readonly #counted;

  constructor(database: Queryable, metrics: Metrics) {
    this.#writer = new BatchWriter((chunks) => this.#write(database, chunks.flat()), {
      maxItems: MAX_CHUNKS,
      // Sums do not depend on the order.
      inOrder: false,
    });
    this.#counted = metrics.counter(
      'switchboard_events_counted_total',
      'Events read for counting; repeats were counted before',
      ['repeat'],
    );
  }

  /** Counts a chunk; one outcome per record. */
  async count(records: readonly InRecord[]): Promise<readonly Outcome[]> {
    const events: Countable[] = [];
    const outcomes = records.map((record) => {
      const read = countable(record);
      if ('kind' in read) return read;
      events.push(read);
      return done();
    });
    await this.#writer.add(events);
    return outcomes;
  }

  async #write(database: Queryable, events: readonly Countable[]): Promise<void> {
    const fresh = await count(database, events);
    this.#counted.inc({ repeat: 'false' }, fresh);
    this.#counted.inc({ repeat: 'true' }, events.length - fresh);
  }
}

/** Adds events to the counts and returns how many were new. A repeat, also within `events`, counts once. */
export async function count(database: Queryable, events: readonly Countable[]): Promise<number> {
  if (events.length === 0) return 0;
  const rows = await database.query<{ fresh: number }>(COUNT, [
    events.map(({ eventId }) => eventId),
    events.map(({ tenantId }) => tenantId),
    events.map(({ type }) => type),
    events.map(({ hour }) => new Date(hour).toISOString()),
  ]);
  return rows[0]?.fresh ?? 0;
}

/** The part of a record that is counted, or the outcome of a record that cannot be counted and must not fail its chunk. */
export function countable(record: InRecord): Countable | Outcome {
  const headers = decodeHeaders(record.headers);
  if (!headers) return dead('HEADERS_MISSING', 'a ce_ header is missing or empty');
  if (headers.id.length > MAX_ID || headers.tenantId.length > MAX_ID) {
    return dead('HEADERS_TOO_LONG', `ce_id or ce_tenantid has more than ${MAX_ID} characters`);
  }
  const { timestamp } = record;
  if (!(timestamp >= 0 && timestamp <= LAST_MOMENT)) {
    return dead('TIMESTAMP_INVALID', 'the record timestamp is not a valid time of acceptance');
  }
  return {
    eventId: withoutNul(headers.id),
    tenantId: withoutNul(headers.tenantId),
    type: withoutNul(headers.type).slice(0, MAX_TYPE),
    hour: timestamp - (timestamp % HOUR_MS),
  };
}

/** Postgres refuses NUL in text. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
