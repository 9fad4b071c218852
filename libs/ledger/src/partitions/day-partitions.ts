// A day of the ledger as partitions of three tables: how they are made beside a default partition that may be large, and
// how they are dropped when little of them is to be kept.
import { type Queryable, QueryError } from '@switchboard/postgres';
import { changeBriefly } from './short-locks.ts';

/** The partitioned tables, in the order in which a day is dropped: deliveries last, for they say what is kept. */
export const TABLES = ['event_body', 'delivery_attempt', 'delivery'] as const;
export type Table = (typeof TABLES)[number];

/** What may be moved while everybody waits, and how large a default partition may be read meanwhile. */
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

/** libs/postgres takes a violation of a constraint of this name for a partition that is being made, and no record's fault. */
const PENDING = 'partition_pending_';
const DAY_MS = 24 * 60 * 60 * 1000;

/** Days that have a partition of the table, oldest first, YYYY-MM-DD. */
export async function daysOf(session: Queryable, table: Table): Promise<string[]> {
  const rows = await session.query<{ day: string }>(
    `select substring(c.relname from '\\d{8}$') as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '_\\d{8}$' order by 1`,
    [table],
  );
  return rows.map(({ day }) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
}

/**
 * Makes a day's partition of a table. Rows of the day may be in the default partition already: their sender's clock is ahead
 * of ours. They move where the default partition is small; else the day stays there. Answers whether there is one now.
 */
export async function makeDay(
  session: Queryable,
  table: Table,
  day: string,
  { defaultBytes }: MoveLimits,
): Promise<boolean> {
  const [rest] = await session.query<{ bytes: number }>('select pg_relation_size($1::regclass) as bytes', [
    `${table}_rest`,
  ]);
  if ((rest?.bytes ?? 0) > defaultBytes) return makeBesideLarge(session, table, day);
  return (await changeBriefly(session, moveInSql(table, day))) === 'changed';
}

/** Makes a day's partition with the rows that the default one has of it. */
export function moveInSql(table: Table, day: string): string {
  return moving(
    table,
    `${createSql(table, day)};
     with moved as (delete from ${table}_rest where day = '${day}' returning *)
       insert into ${nameOf(table, day)} select * from moved;
     ${attachSql(table, day)}`,
  );
}

/**
 * Moves rows while no other statement uses the table. A statement fixes its list of partitions when it opens the table. If
 * it then waits for a partition while rows move to a new one, it does not find them, and its process believes that another
 * process has them. So this locks the table itself first, and then the partition.
 */
function moving(table: Table, sql: string): string {
  return `lock table only ${table}, ${table}_rest in access exclusive mode; ${sql}`;
}

/**
 * Postgres reads the whole default partition when another is attached, and nobody can use it meanwhile. A check that says
 * that no row of the day is there is proven beside everybody's work, and makes the reading needless.
 */
async function makeBesideLarge(session: Queryable, table: Table, day: string): Promise<boolean> {
  const rest = `${table}_rest`;
  const check = `${PENDING}${day.replaceAll('-', '')}`;
  const [ahead] = await session.query<{ found: boolean }>(
    `select exists (select from ${rest} where day = '${day}') as found`,
  );
  if (ahead?.found !== false) return false;
  const added = await changeBriefly(
    session,
    `alter table ${rest} add constraint ${check} check (day < '${day}' or day >= '${after(day)}') not valid`,
  );
  if (added !== 'changed') return false;
  try {
    await session.query(`alter table ${rest} validate constraint ${check}`);
    const made = await changeBriefly(session, `${createSql(table, day)}; ${attachSql(table, day)}`);
    return made === 'changed';
  } catch (error) {
    // A row of the day came before the check did: the day stays where that row is.
    if (error instanceof QueryError) return false;
    throw error;
  } finally {
    await dropChecks(session, table);
  }
}

/** Drops checks that were left behind: rows of their days are refused. Answers whether none is left. */
export async function dropChecks(session: Queryable, table: Table): Promise<boolean> {
  const rows = await session.query<{ name: string }>(
    `select conname as name from pg_constraint where conrelid = $1::regclass and starts_with(conname, $2)`,
    [`${table}_rest`, PENDING],
  );
  let gone = true;
  for (const { name } of rows) {
    const sql = `alter table ${table}_rest drop constraint if exists ${name}`;
    if ((await changeBriefly(session, sql)) !== 'changed') gone = false;
  }
  return gone;
}

/** Whether what is to be kept of a day is little enough to be moved while everybody waits. */
export async function isLittle(
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

/** Drops a day's partition of a table; what is kept goes into the default one. Answers whether it is gone. */
export async function dropDay(
  session: Queryable,
  table: Table,
  day: string,
  deadBefore: string,
): Promise<boolean> {
  return (await changeBriefly(session, moveOutSql(table, day, deadBefore))) === 'changed';
}

/** Drops a day's partition; what is kept moves to the default one, where a row without a partition of its own goes. */
export function moveOutSql(table: Table, day: string, deadBefore: string): string {
  const name = nameOf(table, day);
  const those = (column: string) => `array(${keptSql(column, day, deadBefore)})`;
  const kept = {
    event_body: () => `select p.* from ${name} p where p.event_id = any(${those('event_id')})`,
    delivery_attempt: () => `select p.* from ${name} p where p.delivery_id = any(${those('id')})`,
    delivery: () => keptSql('p.*', day, deadBefore, name),
  }[table]();
  return moving(
    table,
    `alter table ${table} detach partition ${name}; insert into ${table} ${kept}; drop table ${name}`,
  );
}

/** What of a day is not over: two selections, so that each is read by an index of its state. */
function keptSql(columns: string, day: string, deadBefore: string, from = 'delivery'): string {
  return `select ${columns} from ${from} p where p.day = '${day}' and p.state = 'waiting'
    union all
    select ${columns} from ${from} p where p.day = '${day}' and p.state = 'dead' and p.finished_at >= '${deadBefore}'`;
}

function createSql(table: Table, day: string): string {
  const fill = table === 'delivery' ? ' with (fillfactor = 85)' : '';
  return `create table ${nameOf(table, day)} (like ${table} including all)${fill}`;
}

function attachSql(table: Table, day: string): string {
  return `alter table ${table} attach partition ${nameOf(table, day)} for values from ('${day}') to ('${after(day)}')`;
}

export function nameOf(table: Table, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

function after(day: string): string {
  return dayAt(new Date(day), 1);
}

/** The day so many days after a moment, in UTC. */
export function dayAt(from: Date, offset: number): string {
  return new Date(from.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
}
