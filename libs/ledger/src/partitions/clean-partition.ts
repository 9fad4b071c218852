// Deletes what is over from a partition that stays: in small statements that lock nothing but the rows they delete. Rows
// that wait or are dead stay where they are, so they are unique, claimable and found all the time.
import type { Queryable } from '@switchboard/postgres';
import { changeBriefly } from './short-locks.ts';

/** Pages of 8 KiB that one statement looks through. */
const PAGES = 256;
const BODIES = 500;
/** Ids are given before their rows can be seen: more than statements under way have together. */
const UNDER_WAY = 100_000;

/** A partition of deliveries with what is over in it, and where the attempts and bodies of its rows are. */
export interface Cleaning {
  readonly deliveries: string;
  /** Of a row `d`. */
  readonly over: string;
  readonly attempts: string;
  readonly bodies: string;
  /** Of a body `b`: one that may go when no delivery is about it. */
  readonly bodyMayGo: string;
}

/** Deletes deliveries that are over with their attempts, then bodies that no delivery is about. Answers how many deliveries. */
export async function cleanPartition(
  session: Queryable,
  { deliveries, over, attempts, bodies, bodyMayGo }: Cleaning,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const [from, to] of await pagesOf(session, deliveries)) {
    if (signal.aborted) return deleted;
    const [gone] = await session.query<{ rows: number }>(
      `with gone as (
         delete from ${deliveries} d where d.ctid >= $1::tid and d.ctid < $2::tid and (${over}) returning d.day, d.id
       ), attempts as (
         delete from ${attempts} a
         where a.day = any(array(select day from gone)) and a.delivery_id = any(array(select id from gone))
       )
       select count(*) as rows from gone`,
      [from, to],
    );
    deleted += gone?.rows ?? 0;
  }
  await cleanBodies(session, { deliveries, bodies, bodyMayGo }, signal);
  return deleted;
}

/**
 * A body may be wanted again while it is looked at: its event comes once more, for another integration. So the long look is
 * one without locks, and each small deletion keeps new deliveries out and looks again at those that came meanwhile. A body
 * that is deleted before its event is written is written with it.
 */
async function cleanBodies(
  session: Queryable,
  { deliveries, bodies, bodyMayGo }: Pick<Cleaning, 'deliveries' | 'bodies' | 'bodyMayGo'>,
  signal: AbortSignal,
): Promise<void> {
  const about = 'd.day = b.day and d.event_id = b.event_id and d.tenant_id = b.tenant_id';
  const [ids] = await session.query<{ last: number }>('select last_value as last from delivery_id');
  const since = (ids?.last ?? 0) - UNDER_WAY;
  await session.query('create temp table if not exists body_over (day date, event_id text, tenant_id text)');
  await session.query('truncate body_over');
  await session.query(
    `insert into body_over select b.day, b.event_id, b.tenant_id from ${bodies} b
     where ${bodyMayGo} and not exists (select from ${deliveries} d where ${about})`,
  );
  for (;;) {
    const [left] = await session.query('select from body_over limit 1');
    if (left === undefined || signal.aborted) return;
    const done = await changeBriefly(
      session,
      `lock table ${bodies} in share row exclusive mode;
       with chosen as (
         delete from body_over where ctid = any(array(select ctid from body_over limit ${BODIES})) returning *
       )
       delete from ${bodies} b using chosen c
       where b.day = c.day and b.event_id = c.event_id and b.tenant_id = c.tenant_id
         and not exists (select from ${deliveries} d where d.id > ${since} and ${about})`,
    );
    // What is busy or slow is left to the next turn.
    if (done !== 'changed') return;
  }
}

/** Ranges of row addresses that cover a table as it is now. */
async function pagesOf(session: Queryable, table: string): Promise<[string, string][]> {
  const [size] = await session.query<{ pages: number }>(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::int as pages`,
    [table],
  );
  const count = Math.ceil((size?.pages ?? 0) / PAGES);
  return Array.from({ length: count }, (_, index) => [`(${index * PAGES},0)`, `(${(index + 1) * PAGES},0)`]);
}
