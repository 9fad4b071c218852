// Deletes old event ids (no repeat is possible after a week, the topics' retention), old hourly counts and old dead letters.
// It works in small batches, so that no statement is long and autovacuum keeps up.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { deleteOldDeadLetters } from '@switchboard/ledger';
import type { Queryable } from '@switchboard/postgres';

const KEEP = '8 days';
const BATCH = 5_000;
const EVERY_MS = 10 * 60 * 1000;

const PURGE = `
  with old as (
    select event_id from event_seen where seen_at < now() - $1::interval
    order by seen_at limit $2 for update skip locked
  ), gone as (
    delete from event_seen using old where event_seen.event_id = old.event_id returning 1
  )
  select count(*) as gone from gone`;

// Uses the index of hours. Totals stay: they have their own table.
const PURGE_COUNTS = `
  with old as (
    select tenant_id, event_type, hour from event_count where hour < now() - $1::interval
    order by hour, tenant_id, event_type limit $2 for update skip locked
  ), gone as (
    delete from event_count c using old o
    where c.tenant_id = o.tenant_id and c.event_type = o.event_type and c.hour = o.hour returning 1
  )
  select count(*) as gone from gone`;

/** Deletes old event ids in batches and returns how many. Ends early when `signal` is aborted. */
export function purge(database: Queryable, signal: AbortSignal, batch = BATCH): Promise<number> {
  return deleteAll(database, PURGE, KEEP, signal, batch);
}

/** Deletes hourly counts older than so many days; otherwise like `purge`. */
export function purgeCounts(
  database: Queryable,
  days: number,
  signal: AbortSignal,
  batch = BATCH,
): Promise<number> {
  return deleteAll(database, PURGE_COUNTS, `${days} days`, signal, batch);
}

async function deleteAll(
  database: Queryable,
  sql: string,
  age: string,
  signal: AbortSignal,
  batch: number,
): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await database.query<{ gone: number }>(sql, [age, batch]);
    const gone = row?.gone ?? 0;
    total += gone;
    if (gone < batch || signal.aborted) return total;
  }
}

/** Purges now and every ten minutes, one run at a time, until the service stops. */
@Injectable()
export class PurgeTimer implements OnApplicationShutdown {
  readonly #database: Queryable;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  #run: Promise<void> = Promise.resolve();
  readonly #countDays: number;
  readonly #timer: NodeJS.Timeout;

  constructor(database: Queryable, countDays: number, logger: Logger) {
    this.#database = database;
    this.#countDays = countDays;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#again(), EVERY_MS).unref();
    this.#again();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#run;
  }

  #again(): void {
    this.#run = this.#run.then(() => this.#once());
  }

  /** While Postgres is away the next run tries again. Other errors are logged each time. */
  async #once(): Promise<void> {
    try {
      await purge(this.#database, this.#stop.signal);
      await purgeCounts(this.#database, this.#countDays, this.#stop.signal);
      await deleteOldDeadLetters(this.#database, this.#stop.signal);
    } catch (error) {
      const fields = { error_message: error instanceof Error ? error.message : String(error) };
      if (error instanceof InfrastructureError)
        this.#logger.warn(
          fields,
          'Deleting old event ids, counts and dead letters failed: Postgres is away; retrying at the next run.',
        );
      else this.#logger.error(fields, 'Deleting old event ids, counts and dead letters failed.');
    }
  }
}
