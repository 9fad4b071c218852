// Classifies failures of Postgres: each is an infrastructure failure, unless it is proven to be about a record's values.
import { InfrastructureError } from '@switchboard/contracts';
import { DatabaseError } from 'pg';

/** Postgres cannot be reached, is stopping, starting or overloaded, or has cancelled this transaction (deadlock). */
export class PostgresUnavailableError extends InfrastructureError {
  override readonly name = 'PostgresUnavailableError';
  /** SQLSTATE, when the error is an answer of the server. */
  readonly sqlState: string | undefined;

  constructor(cause: unknown, sqlState?: string) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      'POSTGRES_UNAVAILABLE',
      `querying Postgres: ${reason}; check that the server of DATABASE_URL is up`,
      {
        cause,
      },
    );
    this.sqlState = sqlState;
  }
}

/**
 * Postgres refused the statement, but not because of a value: a table or a privilege is missing, the schema is of another
 * release, or the statement is wrong. No record is at fault.
 */
export class StatementRefusedError extends InfrastructureError {
  override readonly name = 'StatementRefusedError';

  constructor(
    readonly sqlState: string,
    cause: Error,
  ) {
    super(
      'POSTGRES_UNAVAILABLE',
      `querying Postgres: ${sqlState} ${cause.message}; check that "setup tables" has run for this release and that DATABASE_URL and DATABASE_SCHEMA are right`,
      { cause },
    );
  }
}

/**
 * This release cannot work with the database of DATABASE_URL and DATABASE_SCHEMA, and waiting does not help. The message
 * names the setting. No record is at fault.
 */
export class UnusableDatabaseError extends InfrastructureError {
  override readonly name = 'UnusableDatabaseError';

  constructor(message: string, options?: ErrorOptions) {
    super('POSTGRES_UNAVAILABLE', `using Postgres: ${message}`, options);
  }
}

/** Postgres refused a value of the statement and always will; `code` is the SQLSTATE. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(`querying Postgres: ${code} ${cause.message}; look up the SQLSTATE and correct the values`, {
      cause,
    });
    this.code = code;
  }
}

// SQLSTATE classes and codes about the server's state, not about the query. 08: connection. 28 and 3D000: credentials and
// database. 40: deadlock or serialization failure. 53: resources. 57: shutdown, recovery and timeouts. 58: system error.
// 25006: a standby after a failover. 55P03: a lock timeout.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const SERVER_STATE = /^(?:08|28|40|53|57|58)|^(?:3D000|25006|55P03)$/;

// 22: invalid data. 23: a violated constraint. 54000 and 54001: a value that is too long for an index, or nested too deep.
const ABOUT_VALUES = /^2[23]|^(?:54000|54001)$/;
const CHECK_VIOLATION = '23514';
/** Constraints of this name keep rows of a day out of the default partition while that day gets its own partition. */
const PENDING_PARTITION = /^partition_pending_/;

// JavaScript throws these for a value that cannot be sent: a mistake in the caller.
const PROGRAMMING_ERRORS = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/**
 * Classifies an error of `pg`. A `DatabaseError` is an answer of the server and is classified by its SQLSTATE. Any other
 * error, except programming errors, means that no answer came. That is the rule and not a list of codes, because the
 * driver's own errors ("Connection terminated", pool and read timeouts) have no code.
 */
export function classifyError(thrown: unknown): unknown {
  if (thrown instanceof InfrastructureError || thrown instanceof QueryError) return thrown;
  if (thrown instanceof DatabaseError) {
    const code = thrown.code ?? 'XX000';
    if (SERVER_STATE.test(code)) return new PostgresUnavailableError(thrown, code);
    // A violated check has a name. Without a name, the row's partition has just been created or dropped.
    const isPartition =
      code === CHECK_VIOLATION && PENDING_PARTITION.test(thrown.constraint ?? 'partition_pending_');
    return ABOUT_VALUES.test(code) && !isPartition
      ? new QueryError(code, thrown)
      : new StatementRefusedError(code, thrown);
  }
  if (thrown instanceof Error && PROGRAMMING_ERRORS.has(thrown.name)) return thrown;
  return new PostgresUnavailableError(thrown);
}
