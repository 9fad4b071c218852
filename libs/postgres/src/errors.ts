// How a failure of Postgres is classified: it is infrastructure's unless it is proven to be about the values of a record.
import { InfrastructureError } from '@switchboard/contracts';
import { DatabaseError } from 'pg';

/** Postgres cannot be reached, is going down, coming up, overloaded, or chose this transaction as a victim. */
export class PostgresUnavailableError extends InfrastructureError {
  override readonly name = 'PostgresUnavailableError';
  /** SQLSTATE, when the server itself said so. */
  readonly sqlState: string | undefined;

  constructor(cause: unknown, sqlState?: string) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super('POSTGRES_UNAVAILABLE', `asking Postgres: ${said}; check that the server of DATABASE_URL is up`, {
      cause,
    });
    this.sqlState = sqlState;
  }
}

/**
 * Postgres answered and refused the statement, and not because of a value: a table or a privilege is missing, the schema is
 * of another release, or the statement is wrong. No record is at fault; `sqlState` is the SQLSTATE.
 */
export class StatementRefusedError extends InfrastructureError {
  override readonly name = 'StatementRefusedError';

  constructor(
    readonly sqlState: string,
    cause: Error,
  ) {
    super(
      'POSTGRES_UNAVAILABLE',
      `asking Postgres: ${sqlState} ${cause.message}; check that "setup tables" has run for this release and that DATABASE_URL and DATABASE_SCHEMA are right`,
      { cause },
    );
  }
}

/**
 * The database of DATABASE_URL and DATABASE_SCHEMA is not one that this release can work with, and waiting changes
 * nothing. The message names the setting. No record is at fault.
 */
export class UnusableDatabaseError extends InfrastructureError {
  override readonly name = 'UnusableDatabaseError';

  constructor(message: string, options?: ErrorOptions) {
    super('POSTGRES_UNAVAILABLE', `using Postgres: ${message}`, options);
  }
}

/** Postgres refused a value that the statement carries, for good; `code` is the SQLSTATE. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(`asking Postgres: ${code} ${cause.message}; look the SQLSTATE up and mend the values`, { cause });
    this.code = code;
  }
}

// SQLSTATE classes and single codes that tell of the server's state, not of the query. 08 connection, 28 and 3D000
// credentials and database (an operator's fault), 40 deadlock or serialization victim, 53 resources, 57 shutdown,
// recovery and timeouts, 58 system error; 25006 a standby after a failover, 55P03 a lock not had in time.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const TROUBLE = /^(?:08|28|40|53|57|58)|^(?:3D000|25006|55P03)$/;

// Class 22 is about the data itself, 23 about a constraint that it violates; 54000 and 54001 are a value that is too long
// for an index or nested too deep.
const ABOUT_VALUES = /^2[23]|^(?:54000|54001)$/;
const CHECK_VIOLATION = '23514';
/** Checks of this name keep rows of a day out of the default partition while the day gets one of its own. */
const PENDING_PARTITION = /^partition_pending_/;

// What JavaScript itself throws for a value that cannot be sent: a bug of the caller, no matter how Postgres feels.
const BUGS = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/**
 * Classifies what `pg` threw. A `DatabaseError` is an answer of the server and is classified by its SQLSTATE. Whatever else
 * is no bug means that no answer came: system errors carry a code, the driver's own ("Connection terminated",
 * pool and read timeouts) carry none, so the rule is the absence of an answer and not a list.
 */
export function sorted(thrown: unknown): unknown {
  if (thrown instanceof InfrastructureError || thrown instanceof QueryError) return thrown;
  if (thrown instanceof DatabaseError) {
    const code = thrown.code ?? 'XX000';
    if (TROUBLE.test(code)) return new PostgresUnavailableError(thrown, code);
    // A check has a name. Without one it is a partition that has just been made or dropped.
    const isPartition =
      code === CHECK_VIOLATION && PENDING_PARTITION.test(thrown.constraint ?? 'partition_pending_');
    return ABOUT_VALUES.test(code) && !isPartition
      ? new QueryError(code, thrown)
      : new StatementRefusedError(code, thrown);
  }
  if (thrown instanceof Error && BUGS.has(thrown.name)) return thrown;
  return new PostgresUnavailableError(thrown);
}
