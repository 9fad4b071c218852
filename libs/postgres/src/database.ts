// The one place that opens connections to Postgres: a small pool whose errors are sorted and whose waits all end.
import { createHash } from 'node:crypto';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { Pool, type PoolClient, types } from 'pg';
import { checkConnection, connectionOptions } from './connection-settings.ts';
import { splitOptions } from './database-url.ts';
import { PostgresUnavailableError, sorted } from './errors.ts';
import { textArray } from './text-array.ts';

/** Something that takes queries: the database, a transaction or a session. */
export interface Queryable {
  /**
   * Runs one statement and answers its rows. With `params` a connection may prepare it and keep it, so the text must be
   * one of a few. Throws InfrastructureError, or QueryError where a value is proven to be at fault.
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
   * It is best run the same way for few rows and for many, as one that finds each row by an index: it is planned once and
   * not each time. Without it only statements for few rows keep their plan.
   */
  readonly onePlan?: boolean;
}

/** Postgres as the services see it. */
export interface Database extends Queryable {
  readonly schema: string;
  /** Runs `fn` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(fn: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs `fn` on one connection of its own, closed afterwards: session locks and settings end with it. `unlimited`: its
   * statements may take as long as they take.
   */
  session<T>(fn: (session: Queryable) => Promise<T>, options?: { readonly unlimited?: boolean }): Promise<T>;
  /**
   * The same database over one connection of its own, for what must not wait behind other statements. Closed by itself.
   */
  apart(settings: { readonly statementTimeoutMs: number }): Database;
  /** Answers when the server does. */
  ping(): Promise<void>;
  /** Closes the pool once the queries under way have ended. */
  close(): Promise<void>;
}

/** How to reach the database. */
export interface DatabaseSettings {
  readonly url: string;
  /** Schema of every table of ours; also what separates installations in one database. */
  readonly schema: string;
  /** Connections of this process at most (default 3). */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** A statement that takes longer is cancelled (default 15 s). */
  readonly statementTimeoutMs?: number;
  readonly logger: Logger;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
// The server cancels first; this is for a server that is frozen or behind a cut wire.
const READ_MARGIN_MS = 3_000;
/** The longest that a timer can be set to, 24 days: the driver takes 0 for its default. */
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
  // An idle connection that breaks: the pool has dropped it already, the next query opens another.
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
    apart: (own) => createDatabase({ ...settings, ...own, max: 1 }),
    ping: async () => {
      await borrow(pool, ({ client }) => run(client, 'select 1'));
    },
    close: () => pool.end(),
  };
}

/** A borrowed connection; `spoiled` when nobody knows any more what it is waiting for. */
interface Borrowed {
  readonly client: PoolClient;
  spoiled: boolean;
}

async function borrow<T>(pool: Pool, fn: (borrowed: Borrowed) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  const borrowed: Borrowed = { client, spoiled: false };
  // A connection that breaks while borrowed emits 'error', which would end the process; the query in flight, or the
  // next one, is refused and tells the caller.
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

/** A connection of the pool. Whatever is thrown without one is infrastructure's: no value has been looked at yet. */
async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    const known = sorted(error);
    throw known instanceof InfrastructureError ? known : new PostgresUnavailableError(error);
  }
}

async function run<Row extends object>(
  client: PoolClient,
  text: string,
  params?: readonly unknown[],
  { onePlan = false }: QueryOptions = {},
  limits: Limits = {},
): Promise<Row[]> {
  try {
    const prepared = params !== undefined && (onePlan || params.every(isShort)) ? { name: nameOf(text) } : {};
    const result = await client.query<Row>({
      ...prepared,
      ...limits,
      text,
      values: params?.map(written) as unknown[],
    });
    return result.rows;
  } catch (error) {
    throw sorted(error);
  }
}

function written(param: unknown): unknown {
  return Array.isArray(param) ? (textArray(param) ?? param) : param;
}

/**
 * Planning some statements takes longer than running them for a few rows: those are prepared. How many rows there are
 * may decide how they are best joined, so those for many are planned each time.
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

/** How long the driver waits for an answer, where it is not the time of the pool. */
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
    // When the rollback fails too, closing the connection rolls back; the first error is the one to tell.
    await run(client, 'rollback').catch(() => {
      borrowed.spoiled = true;
    });
    throw error;
  }
}

// Counts and identities are int8; they stay numbers as long as a number can hold them exactly.
const parseInt8 = (text: string): number | string => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
};

function typeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === INT8 && format !== 'binary' ? parseInt8 : types.getTypeParser(oid, format as 'text');
}
