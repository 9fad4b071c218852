// The Postgres spool: accepted events that Kafka could not take, in the order of acceptance. An event that Kafka refuses is
// set aside and tried again later, so that the events after it go on.
import type { RawHeaders } from '@switchboard/contracts';
import { BatchWriter, type Database, QueryError, type Queryable } from '@switchboard/postgres';
import type { AcceptedEvent } from './accept.ts';

const MAX_BATCH = 500;
/** How long an event that Kafka refused is set aside. */
const REFUSED_MINUTES = 5;

/** Rough size of key, headers and row besides the body. */
const ROW_OVERHEAD_BYTES = 1024;

/** An event that waits in the spool. */
export interface SpooledEvent {
  readonly id: string;
  readonly key: string;
  readonly headers: RawHeaders;
  readonly value: Buffer;
  readonly acceptedAt: number;
}

interface SpoolRow {
  readonly id: string;
  readonly ordering_key: string;
  readonly headers: RawHeaders;
  readonly value: Buffer;
  readonly accepted_ms: number;
}

/**
 * Writes, reads and empties the spool. The order of ids is the order of acceptance per key: an event is acknowledged only
 * after its commit, so the next event of its key gets a larger id.
 */
export class Spool {
  readonly #database: Database;
  readonly #writer = new BatchWriter<AcceptedEvent>((events) => this.#insert(events), {
    maxItems: MAX_BATCH,
    // The events of one batch are all unacknowledged, so their senders expect no order among them.
    inOrder: false,
  });

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when the event is committed. When Postgres refuses a batch, its events are written one by one. */
  async add(event: AcceptedEvent): Promise<void> {
    try {
      await this.#writer.add(event);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      await this.#insert([event]);
    }
  }

  /** Whether no event is due. Refused events are due again after five minutes. */
  async isEmpty(): Promise<boolean> {
    const rows = await this.#database.query('select 1 from spool where refused_until is null limit 1');
    return rows.length === 0;
  }

  /** The oldest due events: as many as fit into `maxBytes`, but at least one if there is any, and at most 500. */
  async oldest(on: Queryable, maxBytes: number): Promise<SpooledEvent[]> {
    const rows = await on.query<SpoolRow>(
      `select id::text, ordering_key, headers, value, (extract(epoch from accepted_at) * 1000)::float8 as accepted_ms
       from spool where id in (
         select id from (
           select id, size, sum(size) over (order by id) as total from (
             select id, octet_length(value) + ${ROW_OVERHEAD_BYTES} as size
             from spool where refused_until is null order by id limit ${MAX_BATCH}
           ) as first
         ) as added_up where total <= $1::int or total = size
       ) order by spool.id`,
      [maxBytes],
    );
    return rows.map((row) => ({
      id: row.id,
      key: row.ordering_key,
      headers: row.headers,
      value: row.value,
      acceptedAt: Math.round(row.accepted_ms),
    }));
  }

  /** Sets an event aside that Kafka refused. `refusal` says why, and contains nothing of the event. */
  async setAside(on: Queryable, event: SpooledEvent, refusal: string): Promise<void> {
    await on.query(
      `update spool set refused_until = now() + ${REFUSED_MINUTES} * interval '1 minute', refusal = $2 where id = $1::bigint`,
      [event.id, refusal],
    );
  }

  /** Makes set-aside events due again when their time is over. */
  async bringBack(): Promise<void> {
    await this.#database.query('update spool set refused_until = null where refused_until < now()', []);
  }

  async remove(on: Queryable, events: readonly SpooledEvent[]): Promise<void> {
    await on.query('delete from spool where id = any($1::bigint[])', [events.map((event) => event.id)]);
  }

  async #insert(events: readonly AcceptedEvent[]): Promise<void> {
    await this.#database.query(
      `insert into spool (ordering_key, headers, value, accepted_at)
       select k, h::jsonb, v, to_timestamp(ms / 1000.0)
       from unnest($1::text[], $2::text[], $3::bytea[], $4::float8[]) with ordinality as t(k, h, v, ms, n) order by n`,
      [
        events.map((event) => event.key),
        events.map((event) => JSON.stringify(event.headers)),
        events.map((event) => event.value),
        events.map((event) => event.acceptedAt),
      ],
    );
  }
}
