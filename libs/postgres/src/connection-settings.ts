// What a session must be like for our statements and for the driver to read its answers. A session inherits settings from
// the server, the database, the role and the connection string: what can be set is set with each connection, the rest is
// compared, so that an odd one is refused by its name and never misread.
import type { ClientBase } from 'pg';
import { UnusableDatabaseError } from './errors.ts';

/** Sent with each connection. The schema is set beside these. */
const SETTINGS: Readonly<Record<string, string>> = {
  // What the driver reads and writes.
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // What our statements stand on: they wait for each other's rows and then see them.
  default_transaction_isolation: 'read committed',
  lock_timeout: '0',
  // A plan outlives the small table it was made for: none may read a whole table where an index would do.
  enable_seqscan: 'off',
  enable_indexscan: 'on',
  enable_bitmapscan: 'on',
  enable_nestloop: 'on',
  enable_partition_pruning: 'on',
  plan_cache_mode: 'auto',
  jit: 'off',
};

/** What only the server or its administrator can set, and what it has to be. */
const REQUIRED: Readonly<Record<string, { ok: (value: string) => boolean; wanted: string }>> = {
  client_encoding: { ok: (value) => value === 'UTF8', wanted: 'UTF8' },
  server_encoding: { ok: (value) => value === 'UTF8', wanted: 'UTF8; make the database anew with it' },
  // What is committed must outlive a crash of the server: an event counts as accepted, an offset is committed.
  synchronous_commit: { ok: (value) => value !== 'off', wanted: 'anything but off' },
  // Triggers list dead letters.
  session_replication_role: { ok: (value) => value === 'origin', wanted: 'origin' },
};

/** The `options` of a connection: what the connection string asks for, and ours after it, which win. */
export function connectionOptions(schema: string, ofUrl: string): string {
  const ours = Object.entries({ ...SETTINGS, search_path: schema }).map(
    ([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`,
  );
  return [ofUrl, ...ours].filter(Boolean).join(' ');
}

/**
 * Compares the settings of a new connection with what was asked for: a pooler may drop them without a word. Throws
 * UnusableDatabaseError, which names the first setting that differs.
 */
export async function checkConnection(client: ClientBase, schema: string): Promise<void> {
  const names = ['search_path', ...Object.keys(SETTINGS), ...Object.keys(REQUIRED)];
  const columns = names.map((name) => `current_setting('${name}') as ${name}`).join(', ');
  const { rows } = await client.query<Record<string, string>>(`select ${columns}`);
  const found = rows[0] ?? {};
  for (const [name, value] of Object.entries({ search_path: schema, ...SETTINGS })) {
    // "ISO, DMY" reads as well as "ISO, MDY".
    const is = name === 'datestyle' ? found[name]?.split(',')[0] : found[name];
    if (is !== value) {
      throw new UnusableDatabaseError(
        `the setting ${name} is "${found[name]}" and not "${value}", although each connection asks for it; ` +
          'connect to the server itself, without a pooler that ignores startup parameters, or mend DATABASE_URL',
      );
    }
  }
  for (const [name, { ok, wanted }] of Object.entries(REQUIRED)) {
    if (!ok(found[name] ?? '')) {
      throw new UnusableDatabaseError(
        `the setting ${name} is "${found[name]}"; it has to be ${wanted}, for the server, the database or the role of DATABASE_URL`,
      );
    }
  }
}
