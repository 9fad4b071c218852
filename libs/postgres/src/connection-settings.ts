// The session settings that our statements and the driver depend on. A session inherits settings from the server, the
// database, the role and the connection string. We set with each connection what can be set, and check the rest: an
// unusable setting is refused by its name, and no value is misread.
import type { ClientBase } from 'pg';
import { UnusableDatabaseError } from './errors.ts';

/** Sent with each connection, together with the schema. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Formats that the driver reads and writes.
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // Our statements wait for each other's rows and then must see them.
  default_transaction_isolation: 'read committed',
  lock_timeout: '0',
  // A prepared plan may outlive the small table it was made for: it must use an index wherever one exists.
  enable_seqscan: 'off',
  enable_indexscan: 'on',
  enable_bitmapscan: 'on',
  enable_nestloop: 'on',
  enable_partition_pruning: 'on',
  plan_cache_mode: 'auto',
  jit: 'off',
};

/** Settings that only the server or its administrator can change, and what they must be. */
const REQUIRED: Readonly<Record<string, { ok: (value: string) => boolean; wanted: string }>> = {
  client_encoding: { ok: (value) => value === 'UTF8', wanted: 'UTF8' },
  server_encoding: { ok: (value) => value === 'UTF8', wanted: 'UTF8; create the database again with it' },
  // A commit must survive a crash of the server: after it an event counts as accepted, or an offset is committed.
  synchronous_commit: { ok: (value) => value !== 'off', wanted: 'anything but off' },
  // The list of dead letters is kept by triggers.
  session_replication_role: { ok: (value) => value === 'origin', wanted: 'origin' },
};

/** The `options` of a connection: those of the connection string, then ours, which override them. */
export function connectionOptions(schema: string, ofUrl: string): string {
  const ours = Object.entries({ ...SETTINGS, search_path: schema }).map(
    ([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`,
  );
  return [ofUrl, ...ours].filter(Boolean).join(' ');
}

/**
 * Compares the settings of a new connection with those that it must have: a pooler may silently drop them. Throws
 * UnusableDatabaseError, which names the first setting that differs.
 */
export async function checkConnection(client: ClientBase, schema: string): Promise<void> {
  const names = ['search_path', ...Object.keys(SETTINGS), ...Object.keys(REQUIRED)];
  const columns = names.map((name) => `current_setting('${name}') as ${name}`).join(', ');
  const { rows } = await client.query<Record<string, string>>(`select ${columns}`);
  const found = rows[0] ?? {};
  for (const [name, value] of Object.entries({ search_path: schema, ...SETTINGS })) {
    // "ISO, DMY" is as good as "ISO, MDY".
    const actual = name === 'datestyle' ? found[name]?.split(',')[0] : found[name];
    if (actual !== value) {
      throw new UnusableDatabaseError(
        `the setting ${name} is "${found[name]}" and not "${value}", although each connection asks for that; ` +
          'connect without a pooler that ignores startup parameters, or correct DATABASE_URL',
      );
    }
  }
  for (const [name, { ok, wanted }] of Object.entries(REQUIRED)) {
    if (!ok(found[name] ?? '')) {
      throw new UnusableDatabaseError(
        `the setting ${name} is "${found[name]}"; it must be ${wanted}; change it for the server, the database or the role of DATABASE_URL`,
      );
    }
  }
}
