// Deletes expired rows from a partition that stays, in small statements that lock only the rows they delete. Waiting and dead
// rows stay in place, so they are unique, claimable and searchable at all times.
import type { Queryable } from '@switchboard/postgres';
import { changeBriefly } from './day-partitions.ts';

/** Pages of 8 KiB that one statement reads. */
const PAGES_PER_STATEMENT = 256;
const BODIES_PER_STATEMENT = 500;
/** Ids are assigned before their rows are visible. More ids than all running statements can have together. */
const MAX_UNCOMMITTED_IDS = 100_000;

/** A partition of deliveries to clean, and the partitions with the attempts and bodies of its rows. */
export interface PartitionToClean {
  readonly deliveries: string;
  /** SQL condition on a delivery `d`. */
  readonly isExpired: string;
  readonly attempts: string;
  readonly bodies: string;
  /** SQL condition on a body `b`: it may be deleted when no delivery uses it. */
  readonly bodyIsExpired: string;
}

/** Deletes expired deliveries with their attempts, then bodies that no delivery uses. Returns the number of deliveries. */
export async function cleanPartition(
  session: Queryable,
  { deliveries, isExpired, attempts, bodies, bodyIsExpired }: PartitionToClean,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const [from, to] of await pagesOf(session, deliveries)) {
    if (signal.aborted) return deleted;
    const [result] = await session.query<{ rows: number }>(
      `with deleted_rows as (
         delete from ${deliveries} d where d.ctid >= $1::tid and d.ctid < $2::tid and (${isExpired}) returning d.day, d.id
       ), attempts as (
         delete from ${attempts} a
         where a.day = any(array(select day from deleted_rows)) and a.delivery_id = any(array(select id from deleted_rows))
       )
       select count(*) as rows from deleted_rows`,
      [from, to],
    );
    deleted += result?.rows ?? 0;
  }
  await cleanBodies(session, { deliveries, bodies, bodyIsExpired }, signal);
  return deleted;
}

/**
 * A body may be needed again while this runs: its event comes again, for another integration. So the long search takes no
 * locks. Each small deletion locks out new deliveries and checks again those that came in the meantime. A body that is
 * deleted before its event is inserted again is inserted with it.
 */
async function cleanBodies(
  session: Queryable,
  { deliveries, bodies, bodyIsExpired }: Pick<PartitionToClean, 'deliveries' | 'bodies' | 'bodyIsExpired'>,
  signal: AbortSignal,
): Promise<void> {
  const usesBody = 'd.day = b.day and d.event_id = b.event_id and d.tenant_id = b.tenant_id';
  const [ids] = await session.query<{ last: number }>('select last_value as last from delivery_id');
  const since = (ids?.last ?? 0) - MAX_UNCOMMITTED_IDS;
  await session.query('create temp table if not exists body_over (day date, event_id text, tenant_id text)');
  await session.query('truncate body_over');
  await session.query(
    `insert into body_over select b.day, b.event_id, b.tenant_id from ${bodies} b
     where ${bodyIsExpired} and not exists (select from ${deliveries} d where ${usesBody})`,
  );
  for (;;) {
    const [left] = await session.query('select from body_over limit 1');
    if (left === undefined || signal.aborted) return;
    const change = await changeBriefly(
      session,
      `lock table ${bodies} in share row exclusive mode;
       with chosen as (
         delete from body_over where ctid = any(array(select ctid from body_over limit ${BODIES_PER_STATEMENT})) returning *
       )
       delete from ${bodies} b using chosen c
       where b.day = c.day and b.event_id = c.event_id and b.tenant_id = c.tenant_id
         and not exists (select from ${deliveries} d where d.id > ${since} and ${usesBody})`,
    );
    // The next run continues when the table is busy or slow.
    if (change !== 'changed') return;
  }
}

/** Ranges of row addresses (ctid) that cover the table in its present size. */
async function pagesOf(session: Queryable, table: string): Promise<[string, string][]> {
  const [size] = await session.query<{ pages: number }>(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::int as pages`,
    [table],
  );
  const count = Math.ceil((size?.pages ?? 0) / PAGES_PER_STATEMENT);
  return Array.from({ length: count }, (_, index) => [
    `(${index * PAGES_PER_STATEMENT},0)`,
    `(${(index + 1) * PAGES_PER_STATEMENT},0)`,
  ]);
}
