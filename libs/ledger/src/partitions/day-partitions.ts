// The partitions of one day, of three tables: created beside a default partition that may be large, dropped when little of
// their content must be kept, and all of that under short locks (docs/decisions/0015).
import { setTimeout as wait } from 'node:timers/promises';
import { PostgresUnavailableError, type Queryable, QueryError } from '@switchboard/postgres';

/** The partitioned tables, in the order in which a day is dropped: deliveries last, because they say what must be kept. */
export const PARTITIONED_TABLES = ['event_body', 'delivery_attempt', 'delivery'] as const;
export type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

/** How much may be moved while other statements wait, and the size up to which the default partition may be read then. */
export interface MoveLimits {
  readonly rows: number;
  readonly attempts: number;
  readonly bodyBytes: number;
  readonly defaultBytes: number;
}

export const moveLimits: MoveLimits = {
  rows: 1_000,
  attempts: 5_000,
  bodyBytes: 4 * 1024 * 1024,
  defaultBytes: 16 * 1024 * 1024,
};

/**
 * Prefix of temporary check constraints. A violation of one means that a partition is being created: libs/postgres does not
 * count it as the fault of a record.
 */
const PENDING_CHECK = 'partition_pending_';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Days that have a partition of the table, oldest first, YYYY-MM-DD. */
export async function daysOf(session: Queryable, table: PartitionedTable): Promise<string[]> {
  const rows = await session.query<{ day: string }>(
    `select substring(c.relname from '\\d{8}$') as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '_\\d{8}$' order by 1`,
    [table],
  );
  return rows.map(({ day }) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
}

/**
 * Creates a day's partition of a table. The default partition may already have rows of the day, from senders whose clock is
 * ahead. They are moved if the default partition is small; otherwise the day stays in the default partition. Returns whether
 * the partition exists now.
 */
export async function createDay(
  session: Queryable,
  table: PartitionedTable,
  day: string,
  { defaultBytes }: MoveLimits,
): Promise<boolean> {
  const [size] = await session.query<{ bytes: number }>('select pg_relation_size($1::regclass) as bytes', [
    `${table}_rest`,
  ]);
  if ((size?.bytes ?? 0) > defaultBytes) return createBesideLarge(session, table, day);
  return (await changeBriefly(session, moveInSql(table, day))) === 'changed';
}

/** Creates a day's partition and moves the day's rows from the default partition into it. */
export function moveInSql(table: PartitionedTable, day: string): string {
  return withTableLocked(
    table,
    `${createSql(table, day)};
     with moved as (delete from ${table}_rest where day = '${day}' returning *)
       insert into ${partitionName(table, day)} select * from moved;
     ${attachSql(table, day)}`,
  );
}

/**
 * Moves rows while no other statement uses the table. A statement fixes its list of partitions when it opens the table. If
 * it then waits for a partition while rows move to a new one, it does not find them, and its process believes that another
 * process owns them. So this locks the table itself first, and then the partition.
 */
function withTableLocked(table: PartitionedTable, sql: string): string {
  return `lock table only ${table}, ${table}_rest in access exclusive mode; ${sql}`;
}

/**
 * When a partition is attached, Postgres reads the whole default partition under an exclusive lock. A check constraint that
 * excludes the day makes this unnecessary, and it is validated without blocking anybody.
 */
async function createBesideLarge(session: Queryable, table: PartitionedTable, day: string): Promise<boolean> {
  const defaultPartition = `${table}_rest`;
  const check = `${PENDING_CHECK}${day.replaceAll('-', '')}`;
  const [ahead] = await session.query<{ found: boolean }>(
    `select exists (select from ${defaultPartition} where day = '${day}') as found`,
  );
  if (ahead?.found !== false) return false;
  const added = await changeBriefly(
    session,
    `alter table ${defaultPartition} add constraint ${check} check (day < '${day}' or day >= '${nextDay(day)}') not valid`,
  );
  if (added !== 'changed') return false;
  try {
    await session.query(`alter table ${defaultPartition} validate constraint ${check}`);
    const made = await changeBriefly(session, `${createSql(table, day)}; ${attachSql(table, day)}`);
    return made === 'changed';
  } catch (error) {
    // A row of the day was inserted before the check was added: the day stays in the default partition.
    if (error instanceof QueryError) return false;
    throw error;
  } finally {
    await dropChecks(session, table);
  }
}

/** Drops checks that were left behind, because rows of their days are refused. Returns whether none is left. */
export async function dropChecks(session: Queryable, table: PartitionedTable): Promise<boolean> {
  const rows = await session.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = $1::regclass and starts_with(conname, $2)`,
    [`${table}_rest`, PENDING_CHECK],
  );
  let allDropped = true;
  for (const { name } of rows) {
    const sql = `alter table ${table}_rest drop constraint if exists ${name}`;
    if ((await changeBriefly(session, sql)) !== 'changed') allDropped = false;
  }
  return allDropped;
}

/** Whether so little of a day must be kept that it can be moved while other statements wait. */
export async function isSmall(
  session: Queryable,
  day: string,
  deadBefore: string,
  limits: MoveLimits,
): Promise<boolean> {
  const [kept] = await session.query<{ rows: number; attempts: number; bytes: number }>(
    `with kept as materialized (${keptSql('id, event_id', day, deadBefore)} limit ${limits.rows + 1})
     select (select count(*) from kept) as rows,
       (select count(*) from delivery_attempt a
        where a.day = '${day}' and a.delivery_id = any(array(select id from kept))) as attempts,
       (select coalesce(sum(octet_length(b.value)), 0)::bigint from event_body b
        where b.day = '${day}' and b.event_id = any(array(select event_id from kept))) as bytes`,
  );
  return (
    kept !== undefined &&
    kept.rows <= limits.rows &&
    kept.attempts <= limits.attempts &&
    kept.bytes <= limits.bodyBytes
  );
}

/** Drops a day's partition of a table. Rows to keep are moved to the default partition. Returns whether it was dropped. */
export async function dropDay(
  session: Queryable,
  table: PartitionedTable,
  day: string,
  deadBefore: string,
): Promise<boolean> {
  return (await changeBriefly(session, moveOutSql(table, day, deadBefore))) === 'changed';
}

/** Drops a day's partition. Rows to keep are inserted again and so go into the default partition. */
export function moveOutSql(table: PartitionedTable, day: string, deadBefore: string): string {
  const name = partitionName(table, day);
  const keptArray = (column: string) => `array(${keptSql(column, day, deadBefore)})`;
  const kept = {
    event_body: () => `select p.* from ${name} p where p.event_id = any(${keptArray('event_id')})`,
    delivery_attempt: () => `select p.* from ${name} p where p.delivery_id = any(${keptArray('id')})`,
    delivery: () => keptSql('p.*', day, deadBefore, name),
  }[table]();
  return withTableLocked(
    table,
    `alter table ${table} detach partition ${name}; insert into ${table} ${kept}; drop table ${name}`,
  );
}

/** The rows of a day to keep: two selects, so that each uses the index of its state. */
function keptSql(columns: string, day: string, deadBefore: string, from = 'delivery'): string {
  return `select ${columns} from ${from} p where p.day = '${day}' and p.state = 'waiting'
    union all
    select ${columns} from ${from} p where p.day = '${day}' and p.state = 'dead' and p.finished_at >= '${deadBefore}'`;
}

function createSql(table: PartitionedTable, day: string): string {
  const fill = table === 'delivery' ? ' with (fillfactor = 85)' : '';
  return `create table ${partitionName(table, day)} (like ${table} including all)${fill}`;
}

function attachSql(table: PartitionedTable, day: string): string {
  return `alter table ${table} attach partition ${partitionName(table, day)} for values from ('${day}') to ('${nextDay(day)}')`;
}

export function partitionName(table: PartitionedTable, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

function nextDay(day: string): string {
  return dayAt(new Date(day), 1);
}

/** The UTC day `offset` days after a moment, YYYY-MM-DD. */
export function dayAt(from: Date, offset: number): string {
  return new Date(from.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
}

/** Shorter than Postgres's deadlock_timeout (1 s), so that a delivery is never the victim of a deadlock. */
const LOCK_TIMEOUT_MS = 150;
const STATEMENT_TIMEOUT_MS = 400;
const MAX_TRIES = 20;
const PAUSE_MS = 250;
const LOCK_TIMEOUT = '55P03';
const DEADLOCK = '40P01';
const STATEMENT_TIMEOUT = '57014';

/** `busy`: a lock could not be taken in any of the attempts. `too_long`: rolled back because it took too long. */
export type Change = 'changed' | 'busy' | 'too_long';

/**
 * Runs statements in one transaction under short locks: it takes each lock quickly or gives up and tries again later. While
 * it waits for a lock, all other statements wait behind it, so waiting and working together take less than half a second.
 * `session` must be a dedicated connection.
 */
export async function changeBriefly(session: Queryable, sql: string): Promise<Change> {
  const whole = `begin; set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = ${STATEMENT_TIMEOUT_MS};
    ${sql}; commit`;
  for (let tries = 1; ; tries += 1) {
    try {
      await session.query(whole);
      return 'changed';
    } catch (error) {
      await session.query('rollback');
      const state = error instanceof PostgresUnavailableError ? error.sqlState : undefined;
      if (state === STATEMENT_TIMEOUT) return 'too_long';
      if (state !== LOCK_TIMEOUT && state !== DEADLOCK) throw error;
    }
    if (tries === MAX_TRIES) return 'busy';
    await wait(PAUSE_MS);
  }
}
