// The only place that opens connections to Postgres: a small pool with classified errors and a time limit on every wait.
import { createHash } from 'node:crypto';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { Pool, type PoolClient, types } from 'pg';
import { checkConnection, connectionOptions } from './connection-settings.ts';
import { splitOptions } from './database-url.ts';
import { classifyError, PostgresUnavailableError } from './errors.ts';
import { textArray } from './text-array.ts';

/** Something that takes queries: the database, a transaction or a session. */
export interface Queryable {
  /**
   * Runs one statement and returns its rows. With `params` a connection may keep it as a prepared statement, so there must
   * be only a few different texts. Throws InfrastructureError, or QueryError where a value is proven to be at fault.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<Row[]>;
}

/** How a statement is run. */
export interface QueryOptions {
  /**
   * Prepares the statement also for many rows. Right for statements whose best plan does not depend on the number of rows,
   * as those that find each row by an index. By default only statements for few rows are prepared.
   */
  readonly alwaysPrepare?: boolean;
}

/** Postgres as the services use it. */
export interface Database extends Queryable {
  readonly schema: string;
  /** Runs `fn` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(fn: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs `fn` on one connection of its own, closed afterwards: session locks and settings end with it. `unlimited`: its
   * statements have no time limit.
   */
  session<T>(fn: (session: Queryable) => Promise<T>, options?: { readonly unlimited?: boolean }): Promise<T>;
  /**
   * The same database over one dedicated connection, for statements that must not wait behind others. The caller closes it.
   */
  dedicated(settings: { readonly statementTimeoutMs: number }): Database;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  /** Closes the pool once the running queries have ended. */
  close(): Promise<void>;
}

/** How to reach the database. */
export interface DatabaseSettings {
  readonly url: string;
  /** Schema of all our tables. Different schemas separate installations in one database. */
  readonly schema: string;
  /** The most connections of this process (default 3). */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** A statement that takes longer is cancelled (default 15 s). */
  readonly statementTimeoutMs?: number;
  readonly logger: Logger;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
// The server cancels a slow statement first. This margin is for a server that hangs or cannot be reached any more.
const READ_MARGIN_MS = 3_000;
/** The longest possible timer, 24 days: the driver takes 0 as "use the default". */
const NEVER_MS = 2 ** 31 - 1;
const INT8 = 20;
const FEW_ROWS = 32;

/** Opens a pool. Nothing connects before the first query. */
export function createDatabase(settings: DatabaseSettings): Database {
  const { schema, logger } = settings;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new RangeError(`opening Postgres: DATABASE_SCHEMA "${schema}" is not a plain lower-case name`);
  }
  const statementTimeout = settings.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  const { url, options } = splitOptions(settings.url);
  const pool = new Pool({
    connectionString: url,
    max: settings.max ?? 3,
    application_name: settings.applicationName ?? 'switchboard',
    options: connectionOptions(schema, options),
    onConnect: (client) => checkConnection(client, schema),
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + READ_MARGIN_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  });
  // The pool has already dropped the broken connection, and the next query opens another.
  pool.on('error', (error) => {
    logger.warn({ error_message: error.message }, 'An idle connection to Postgres broke.');
  });
  return {
    schema,
    query: (text, params, options) => borrow(pool, ({ client }) => run(client, text, params, options)),
    transaction: (fn) => borrow(pool, (borrowed) => transaction(borrowed, fn)),
    session: (fn, { unlimited = false } = {}) =>
      borrow(pool, async (borrowed) => {
        borrowed.spoiled = true;
        if (unlimited) await run(borrowed.client, 'set statement_timeout = 0');
        return fn(queryable(borrowed.client, unlimited ? { query_timeout: NEVER_MS } : {}));
      }),
    dedicated: (own) => createDatabase({ ...settings, ...own, max: 1 }),
    ping: async () => {
      await borrow(pool, ({ client }) => run(client, 'select 1'));
    },
    close: () => pool.end(),
  };
}

/** A connection of the pool in use. `spoiled`: its state is unknown, so it must be closed and not reused. */
interface Borrowed {
  readonly client: PoolClient;
  spoiled: boolean;
}

async function borrow<T>(pool: Pool, fn: (borrowed: Borrowed) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  const borrowed: Borrowed = { client, spoiled: false };
  // A borrowed connection that breaks emits 'error', which would end the process. The caller learns of it by the running
  // query, or by the next one.
  const onError = () => {
    borrowed.spoiled = true;
  };
  client.on('error', onError);
  try {
    return await fn(borrowed);
  } catch (error) {
    borrowed.spoiled ||= error instanceof PostgresUnavailableError;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(borrowed.spoiled);
  }
}

/** Takes a connection of the pool. Every failure here is an infrastructure failure: no value has been sent yet. */
async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    const classified = classifyError(error);
    throw classified instanceof InfrastructureError ? classified : new PostgresUnavailableError(error);
  }
}

async function run<Row extends object>(
  client: PoolClient,
  text: string,
  params?: readonly unknown[],
  { alwaysPrepare = false }: QueryOptions = {},
  limits: Limits = {},
): Promise<Row[]> {
  try {
    const prepared =
      params !== undefined && (alwaysPrepare || params.every(isShort)) ? { name: nameOf(text) } : {};
    const result = await client.query<Row>({
      ...prepared,
      ...limits,
      text,
      values: params?.map(toPgParam) as unknown[],
    });
    return result.rows;
  } catch (error) {
    throw classifyError(error);
  }
}

function toPgParam(param: unknown): unknown {
  return Array.isArray(param) ? (textArray(param) ?? param) : param;
}

/**
 * Planning some statements takes longer than running them for a few rows, so those are prepared. Statements for many rows
 * are planned each time, because the number of rows may decide which join is best.
 */
function isShort(param: unknown): boolean {
  return !Array.isArray(param) || param.length <= FEW_ROWS;
}

const names = new Map<string, string>();

/** The name under which a connection keeps a prepared statement. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash('sha1').update(text).digest('hex');
  names.set(text, name);
  return name;
}

/** How long the driver waits for an answer, where the pool's limit does not apply. */
type Limits = { readonly query_timeout?: number };

function queryable(client: PoolClient, limits: Limits = {}): Queryable {
  return { query: (text, params, options) => run(client, text, params, options, limits) };
}

async function transaction<T>(borrowed: Borrowed, fn: (tx: Queryable) => Promise<T>): Promise<T> {
  const { client } = borrowed;
  await run(client, 'begin');
  try {
    const result = await fn(queryable(client));
    await run(client, 'commit');
    return result;
  } catch (error) {
    // When the rollback fails too, closing the connection rolls back. The first error is the one to report.
    await run(client, 'rollback').catch(() => {
      borrowed.spoiled = true;
    });
    throw error;
  }
}

// Counts and identities are int8. They become numbers where a number holds them exactly, else they stay text.
const parseInt8 = (text: string): number | string => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
};

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === INT8 && format !== 'binary' ? parseInt8 : types.getTypeParser(oid, format as 'text');
}
