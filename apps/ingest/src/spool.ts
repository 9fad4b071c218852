// The Postgres spool: accepted events that Kafka could not take, in the order of acceptance.
import type { RawHeaders } from '@switchboard/contracts';
import { BatchWriter, type Database, QueryError, type Queryable } from '@switchboard/postgres';
import type { AcceptedEvent } from './accept.ts';

const MAX_BATCH = 500;

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

/** Writes, reads and empties the spool. Identity order is acceptance order of a key: an event is answered only once it
 * is committed, so its successor gets a larger identity. */
export class Spool {
  readonly #database: Database;
  readonly #writer = new BatchWriter<AcceptedEvent>((events) => this.#insert(events), {
    maxItems: MAX_BATCH,
    // Events of one batch are all unanswered: their senders have not asked for an order among them.
    inOrder: false,
  });

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when the event is committed. A batch that Postgres refuses is written one by one: one fails, not all. */
  async add(event: AcceptedEvent): Promise<void> {
    try {
      await this.#writer.add(event);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      await this.#insert([event]);
    }
  }

  async isEmpty(): Promise<boolean> {
    const rows = await this.#database.query('select 1 from spool limit 1');
    return rows.length === 0;
  }

  /** The oldest events, up to `limit`. */
  async oldest(on: Queryable, limit: number): Promise<SpooledEvent[]> {
    const rows = await on.query<SpoolRow>(
      `select id::text, ordering_key, headers, value, (extract(epoch from accepted_at) * 1000)::float8 as accepted_ms
       from spool order by spool.id limit $1`,
      [limit],
    );
    return rows.map((row) => ({
      id: row.id,
      key: row.ordering_key,
      headers: row.headers,
      value: row.value,
      acceptedAt: Math.round(row.accepted_ms),
    }));
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
