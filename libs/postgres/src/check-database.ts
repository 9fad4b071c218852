// Whether the database is one that this release can work with. What waiting cannot mend is told apart from a server that is
// away: the first ends a start, the second is waited for.
import type { Database } from './database.ts';
import { PostgresUnavailableError, UnusableDatabaseError } from './errors.ts';
import { migrations } from './migrations/all.ts';

/** SQLSTATEs of a server that answers and will not have us: what to mend, by code. */
const REFUSED: Readonly<Record<string, string>> = {
  '28P01': 'the server refuses user or password; mend DATABASE_URL',
  '28000': 'the server refuses user, host or encryption; mend DATABASE_URL, or pg_hba.conf on the server',
  '08P01':
    'what answers is no Postgres, or a pooler that refuses startup parameters; connect to the server itself by DATABASE_URL',
  '3D000': 'the server has no such database; make it, or mend DATABASE_URL',
  '42501':
    'the user of DATABASE_URL may not read the schema of DATABASE_SCHEMA; grant it, or mend the settings',
};

// A row as JSON: its columns may be those of an older release.
const appliedSql = `select m.name, to_jsonb(m)->>'requires' as requires from migration m order by m.name`;

/**
 * Looks whether the tables of this release are there. Throws UnusableDatabaseError for what waiting cannot mend and
 * PostgresUnavailableError while the server is away.
 */
export async function checkDatabase(db: Database): Promise<void> {
  const known = migrations.map(({ name }) => name);
  const applied = await readApplied(db);
  const missing = known.filter((name) => !applied.some((one) => one.name === name));
  if (missing.length > 0) {
    throw new UnusableDatabaseError(
      `the schema "${db.schema}" is of an older release: ${missing.join(', ')} not applied; run "setup tables" of this release, or mend DATABASE_URL or DATABASE_SCHEMA`,
    );
  }
  // A newer schema serves the release before, but for what a migration says that it requires.
  const beyond = applied.find(({ requires }) => requires !== null && !known.includes(requires));
  if (beyond !== undefined) {
    throw new UnusableDatabaseError(
      `the schema "${db.schema}" is of a newer release: ${beyond.name} requires one that knows ${beyond.requires}; deploy a newer release, or mend DATABASE_URL or DATABASE_SCHEMA`,
    );
  }
}

async function readApplied(db: Database): Promise<{ name: string; requires: string | null }[]> {
  try {
    const [table] = await db.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `${db.schema}.migration`,
    ]);
    if (table?.there !== true) {
      throw new UnusableDatabaseError(
        `the schema "${db.schema}" has no tables of ours; run "setup tables", or mend DATABASE_URL or DATABASE_SCHEMA`,
      );
    }
    return await db.query(appliedSql);
  } catch (error) {
    const state = (error as { sqlState?: string }).sqlState ?? '';
    const told = REFUSED[state];
    if (told === undefined) throw error;
    const said =
      error instanceof PostgresUnavailableError && error.cause instanceof Error ? error.cause.message : state;
    throw new UnusableDatabaseError(`${told} (${said})`, { cause: error });
  }
}
