// Migrates the schema, one process at a time, while services of the previous release go on using it. A migration may take
// long, but it never waits long for a lock: it gives up and tries again. The rules for migrations: docs/decisions/0016.
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Queryable } from './database.ts';
import { PostgresUnavailableError } from './errors.ts';
import { type Migration, migrations } from './migrations/all.ts';

/** An arbitrary number that must never change: every release must ask for the same lock. */
const LOCK = 7_310_001;
/** While a migration waits for a lock, statements of services queue behind it. This is the longest such wait. */
const LOCK_TIMEOUT = '500ms';
const RETRY_MS = 1_000;
const GIVE_UP_MS = 10 * 60 * 1000;
const POLL_MS = 200;
const PROGRESS_MS = 10_000;
/** SQLSTATEs of a lock that was not obtained: a timeout, or a deadlock. */
const NOT_LOCKED: ReadonlySet<string | undefined> = new Set(['55P03', '40P01']);

/** Gets the progress of a migration, as a sentence for people. */
export type Progress = (sentence: string) => void;

/**
 * Creates the schema and applies the missing migrations in order. Returns the names applied. Throws the error of Postgres:
 * the migrations before stay applied, and another call continues there.
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
      // In a new schema nobody uses the tables yet, so indexes need not be built concurrently.
      const isNew = done.size === 0;
      for (const step of missing)
        await withProgress(step.name, progress, () => apply(session, step, isNew, progress));
      return missing.map(({ name }) => name);
    },
    { unlimited: true },
  );
}

/** Polls for the lock: a waiting statement would block the other process's concurrent index builds. */
async function untilLocked(session: Queryable, schema: string, progress: Progress): Promise<void> {
  await withProgress('another process', progress, async () => {
    for (;;) {
      const [lock] = await session.query<{ locked: boolean }>(
        'select pg_try_advisory_lock($1, hashtext($2)) as locked',
        [LOCK, schema],
      );
      if (lock?.locked) return;
      await wait(POLL_MS);
    }
  });
}

async function readDone(session: Queryable): Promise<Set<string>> {
  // Schemas of earlier releases lack this column. `add column if not exists` would lock the table each time.
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
  // These block nobody while they wait, and one that gives up has to start again. So they have no time limit.
  for (const statement of online?.(isNew ? '' : 'concurrently') ?? []) await session.query(statement);
  // Several statements in one message are one transaction: a failure leaves neither table nor name.
  await untilFree(
    session,
    name,
    progress,
    `begin; set local lock_timeout = '${LOCK_TIMEOUT}'; ${sql ?? ''}; ${note}; commit`,
  );
}

/** Runs statements, again while a lock cannot be obtained. Throws every other error at once. */
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
      progress(`${name}: a table is in use; retrying.`);
    }
    await wait(RETRY_MS);
  }
}

/** Reports every ten seconds that the work is still running. */
async function withProgress(name: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  const since = performance.now();
  const timer = setInterval(() => {
    progress(`${name}: still running after ${Math.round((performance.now() - since) / 1000)} s.`);
  }, PROGRESS_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
