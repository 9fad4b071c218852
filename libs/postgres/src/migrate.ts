// Brings the schema up to date: every service may call it at its start, one at a time does the work.
import type { Database } from './database.ts';
import { migrations } from './migrations/all.ts';

// Any constant will do, as long as it stays: every version of every service must ask for the same lock.
const LOCK = 7_310_001;

/** Creates the schema and applies what is missing, each step in its own transaction. Answers the names applied. */
export async function migrate(db: Database): Promise<string[]> {
  return db.session(async (session) => {
    await session.query('select pg_advisory_lock($1, hashtext($2))', [LOCK, db.schema]);
    await session.query(`create schema if not exists ${db.schema}`);
    await session.query(
      'create table if not exists migration (name text primary key, applied_at timestamptz not null default now())',
    );
    const rows = await session.query<{ name: string }>('select name from migration');
    const done = new Set(rows.map((row) => row.name));
    const missing = migrations.filter((migration) => !done.has(migration.name));
    for (const { name, sql } of missing) {
      // One message of several statements is one transaction; a failure leaves neither table nor name behind.
      await session.query(`begin; ${sql}; insert into migration (name) values ('${name}'); commit`);
    }
    return missing.map((migration) => migration.name);
  });
}
