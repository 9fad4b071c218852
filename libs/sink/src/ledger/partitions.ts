// Partitions of the ledger, a day each: made ahead of their day, dropped when it is long over. What is unfinished or dead
// by then, and whatever has no sensible day, is in the default partitions, and is deleted there when its time has come.
import type { Database, Queryable } from '@switchboard/postgres';

/** Partitioned tables, each with what is kept of a partition `p` that is dropped. In the order in which a day goes. */
const TABLES = {
  delivery: `p.state in ('waiting', 'dead')`,
  delivery_attempt: 'exists (select 1 from delivery d where d.day = p.day and d.id = p.delivery_id)',
  event_body:
    'exists (select 1 from delivery d where d.day = p.day and d.event_id = p.event_id and d.tenant_id = p.tenant_id)',
} as const;

type Table = keyof typeof TABLES;

/** One process at a time; any constant will do, as long as it stays. */
const LOCK = 7_310_002;
/** Shorter than the time after which Postgres looks for deadlocks (1 s): whoever delivers never is the victim. */
const LOCK_TIMEOUT = '500ms';
const AHEAD_DAYS = 3;
const BEHIND_DAYS = 1;
const DAY_MS = 24 * 60 * 60 * 1000;

/** How long finished rows are kept, in days. */
export interface Retention {
  readonly deliveredDays: number;
  readonly deadDays: number;
}

/** What a turn did. */
export interface Upkeep {
  /** Days that got partitions, and days whose partitions were dropped, YYYY-MM-DD. */
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Rows of the default partitions that were deleted. */
  readonly deleted: number;
}

/**
 * Makes the partitions that are missing and drops those that are over. Answers undefined when another process is at it.
 * Statements of deliveries wait for a moment while a partition comes or goes: each change concerns one table, so that
 * nobody waits crosswise, and gives up soon where it would have to wait itself (QueryError 55P03). Repeating mends it.
 */
export async function keepPartitions(
  db: Database,
  retention: Retention,
  now: Date,
): Promise<Upkeep | undefined> {
  return db.session(async (session) => {
    const [lock] = await session.query<{ got: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as got',
      [LOCK, db.schema],
    );
    if (!lock?.got) return undefined;
    await session.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
    const oldest = dayAt(now, -retention.deliveredDays);
    const made = new Set<string>();
    const dropped = new Set<string>();
    for (const table of Object.keys(TABLES) as Table[]) {
      const there = await daysOf(session, table);
      for (const day of daysAround(now).filter((one) => !there.includes(one))) {
        await session.query(makeSql(table, day));
        made.add(day);
      }
      for (const day of there.filter((one) => one < oldest)) {
        await session.query(dropSql(table, day));
        dropped.add(day);
      }
    }
    return { made: [...made], dropped: [...dropped], deleted: await cleanRest(session, retention, now) };
  });
}

function daysAround(now: Date): string[] {
  return Array.from({ length: BEHIND_DAYS + 1 + AHEAD_DAYS }, (_, index) => dayAt(now, index - BEHIND_DAYS));
}

/** Days that have a partition of the table. */
async function daysOf(session: Queryable, table: Table): Promise<string[]> {
  const rows = await session.query<{ day: string }>(
    `select substring(c.relname from '\\d{8}$') as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '_\\d{8}$' order by 1`,
    [table],
  );
  return rows.map(({ day }) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
}

// Rows of the day may be in the default partition already: their sender's clock is ahead of ours.
function makeSql(table: Table, day: string): string {
  const name = nameOf(table, day);
  return `begin;
    lock table ${table}_rest in access exclusive mode;
    create table ${name} (like ${table} including all)${table === 'delivery' ? ' with (fillfactor = 85)' : ''};
    with moved as (delete from ${table}_rest where day = '${day}' returning *) insert into ${name} select * from moved;
    alter table ${table} attach partition ${name} for values from ('${day}') to ('${dayAt(new Date(day), 1)}');
    commit`;
}

// Without a partition of its own a row goes into the default one.
function dropSql(table: Table, day: string): string {
  const name = nameOf(table, day);
  return `begin;
    alter table ${table} detach partition ${name};
    insert into ${table} select p.* from ${name} p where ${TABLES[table]};
    drop table ${name};
    commit`;
}

const restSql = `
  with gone as (
    delete from delivery_rest
    where (state in ('delivered', 'skipped') and finished_at < $1) or (state = 'dead' and finished_at < $2)
    returning day, id
  ), attempts as (
    delete from delivery_attempt_rest a using gone where a.day = gone.day and a.delivery_id = gone.id
  )
  select count(*) as rows from gone`;

const bodiesSql = `
  delete from event_body_rest b
  where b.accepted_at < $1 and not exists (
    select 1 from delivery d where d.day = b.day and d.event_id = b.event_id and d.tenant_id = b.tenant_id
  )`;

async function cleanRest(
  session: Queryable,
  { deliveredDays, deadDays }: Retention,
  now: Date,
): Promise<number> {
  const before = (days: number) => new Date(now.getTime() - days * DAY_MS).toISOString();
  const [gone] = await session.query<{ rows: number }>(restSql, [before(deliveredDays), before(deadDays)]);
  await session.query(bodiesSql, [before(deliveredDays)]);
  return gone?.rows ?? 0;
}

function nameOf(table: Table, day: string): string {
  return `${table}_${day.replaceAll('-', '')}`;
}

function dayAt(from: Date, offset: number): string {
  return new Date(from.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
}
