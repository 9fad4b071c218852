// Brings the schema up to date, one process at a time, while the release before goes on working on it: a migration may take
// long, and what it locks it gets at once or asks for again. The rules of a migration: docs/decisions/0016.
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Queryable } from './database.ts';
import { PostgresUnavailableError } from './errors.ts';
import { type Migration, migrations } from './migrations/all.ts';

/** Any constant will do, as long as it stays: every version of every service must ask for the same lock. */
const LOCK = 7_310_001;
/** Statements of services queue behind a lock that is waited for: for no longer than this. */
const LOCK_TIMEOUT = '500ms';
const RETRY_MS = 1_000;
const GIVE_UP_MS = 10 * 60 * 1000;
const POLL_MS = 200;
const TELL_MS = 10_000;
/** SQLSTATEs of a lock that was not had: not in time, or given to somebody else. */
const NOT_LOCKED: ReadonlySet<string | undefined> = new Set(['55P03', '40P01']);

/** How a migration goes: a sentence for people. */
export type Progress = (sentence: string) => void;

/**
 * Creates the schema and applies what is missing, in order. Answers the names applied. Throws what Postgres says: what was
 * applied before stays, and calling it again goes on there.
 */
export async function migrate(
  db: Database,
  progress: Progress = () => undefined,
  steps: readonly Migration[] = migrations,
): Promise<string[]> {
  return db.session(
    async (session) => {
      await untilLocked(session, db.schema, progress);
      await session.query(`create schema if not exists ${db.schema}`);
      await session.query(
        'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
      );
      const done = await readDone(session);
      const missing = steps.filter((step) => !done.has(step.name));
      // Nobody uses tables that were empty a moment ago, and indexes on them are made at once.
      const isNew = done.size === 0;
      for (const step of missing)
        await told(step.name, progress, () => apply(session, step, isNew, progress));
      return missing.map(({ name }) => name);
    },
    { unlimited: true },
  );
}

/** Asks again and again: a statement that waits would hold up indexes that are made concurrently. */
async function untilLocked(session: Queryable, schema: string, progress: Progress): Promise<void> {
  await told('another process', progress, async () => {
    for (;;) {
      const [lock] = await session.query<{ got: boolean }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as got',
        [LOCK, schema],
      );
      if (lock?.got) return;
      await wait(POLL_MS);
    }
  });
}

async function readDone(session: Queryable): Promise<Set<string>> {
  // Schemas of earlier releases lack this column; adding it to a table that has it locks the table for nothing.
  const [column] = await session.query(
    `select 1 from pg_attribute where attrelid = 'migration'::regclass and attname = 'requires' and not attisdropped`,
  );
  if (column === undefined) await session.query('alter table migration add column requires text');
  const rows = await session.query<{ name: string }>('select name from migration');
  return new Set(rows.map(({ name }) => name));
}

async function apply(session: Queryable, step: Migration, isNew: boolean, progress: Progress): Promise<void> {
  const { name, sql, online, requires } = step;
  const note = `insert into migration (name, requires) values ('${name}', ${requires === undefined ? 'null' : `'${requires}'`})`;
  // These lock nobody out while they wait, and one that is given up has to begin anew: they wait as long as they have to.
  for (const statement of online?.(isNew ? '' : 'concurrently') ?? []) await session.query(statement);
  // One message of several statements is one transaction; a failure leaves neither table nor name behind.
  await untilFree(
    session,
    name,
    progress,
    `begin; set local lock_timeout = '${LOCK_TIMEOUT}'; ${sql ?? ''}; ${note}; commit`,
  );
}

/** Runs statements until no lock is missing. Throws everything else at once. */
async function untilFree(session: Queryable, name: string, progress: Progress, sql: string): Promise<void> {
  const until = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      await session.query(sql);
      return;
    } catch (error) {
      await session.query('rollback');
      const isLocked = error instanceof PostgresUnavailableError && NOT_LOCKED.has(error.sqlState);
      if (!isLocked || performance.now() > until) throw error;
      progress(`${name}: a table is in use; trying again.`);
    }
    await wait(RETRY_MS);
  }
}

/** Says every ten seconds that it still goes on. */
async function told(name: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  const since = performance.now();
  const timer = setInterval(() => {
    progress(`${name}: still going after ${Math.round((performance.now() - since) / 1000)} s.`);
  }, TELL_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
