// Checks whether this release can work with the database. A problem that waiting cannot solve fails the start; a server
// that is away does not.
import type { Database } from './database.ts';
import { PostgresUnavailableError, UnusableDatabaseError } from './errors.ts';
import { migrations } from './migrations/all.ts';

/** What to do when the server answers and refuses us, by SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  '28P01': 'the server refuses user or password; correct DATABASE_URL',
  '28000': 'the server refuses user, host or encryption; correct DATABASE_URL, or pg_hba.conf on the server',
  '08P01':
    'this is not Postgres, or it is a pooler that refuses startup parameters; let DATABASE_URL name the server itself',
  '3D000': 'the server has no such database; create it, or correct DATABASE_URL',
  '42501':
    'the user of DATABASE_URL may not read the schema of DATABASE_SCHEMA; grant it, or correct the settings',
};

// The row is read as JSON because an older schema has fewer columns.
const appliedSql = `select m.name, to_jsonb(m)->>'requires' as requires from migration m order by m.name`;

/**
 * Checks that the tables of this release exist. Throws UnusableDatabaseError for a problem that waiting cannot solve, and
 * PostgresUnavailableError while the server is away.
 */
export async function checkDatabase(db: Database): Promise<void> {
  const known = migrations.map(({ name }) => name);
  const applied = await readApplied(db);
  const missing = known.filter((name) => !applied.some((one) => one.name === name));
  if (missing.length > 0) {
    throw new UnusableDatabaseError(
      `the schema "${db.schema}" is of an older release: ${missing.join(', ')} not applied; run "setup tables" of this release, or correct DATABASE_URL or DATABASE_SCHEMA`,
    );
  }
  // The previous release can work with a newer schema, unless a migration says what it requires.
  const tooNew = applied.find(({ requires }) => requires !== null && !known.includes(requires));
  if (tooNew !== undefined) {
    throw new UnusableDatabaseError(
      `the schema "${db.schema}" is of a newer release: ${tooNew.name} requires a release that has ${tooNew.requires}; deploy a newer release, or correct DATABASE_URL or DATABASE_SCHEMA`,
    );
  }
}

async function readApplied(db: Database): Promise<{ name: string; requires: string | null }[]> {
  try {
    const [table] = await db.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
      `${db.schema}.migration`,
    ]);
    if (table?.found !== true) {
      throw new UnusableDatabaseError(
        `the schema "${db.schema}" has none of our tables; run "setup tables", or correct DATABASE_URL or DATABASE_SCHEMA`,
      );
    }
    return await db.query(appliedSql);
  } catch (error) {
    const state = (error as { sqlState?: string }).sqlState ?? '';
    const advice = ADVICE[state];
    if (advice === undefined) throw error;
    const answer =
      error instanceof PostgresUnavailableError && error.cause instanceof Error ? error.cause.message : state;
    throw new UnusableDatabaseError(`${advice} (${answer})`, { cause: error });
  }
}
