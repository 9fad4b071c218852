// Two kinds of failure: Postgres is in trouble (pause, try again, nobody's fault) or it answered and refused the query.
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

/** Postgres answered and refused the query itself; `code` is its SQLSTATE. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: string;

  constructor(code: string, cause: Error) {
    super(
      `asking Postgres: ${code} ${cause.message}; look the SQLSTATE up and mend the query or its values`,
      { cause },
    );
    this.code = code;
  }
}

// SQLSTATE classes and single codes that tell of the server's state, not of the query. 08 connection, 28 and 3D000
// credentials and database (an operator's fault), 40 deadlock or serialization victim, 53 resources, 57 shutdown,
// recovery and timeouts, 58 system error; 25006 a standby after a failover, 55P03 a lock not had in time.
const TROUBLE = /^(?:08|28|40|53|57|58)|^(?:3D000|25006|55P03)$/;

// What JavaScript itself throws for a value that cannot be sent: a bug of the caller, no matter how Postgres feels.
const BUGS = new Set(['TypeError', 'RangeError', 'SyntaxError', 'ReferenceError']);

/**
 * Sorts what `pg` threw. A `DatabaseError` is an answer of the server and is sorted by its SQLSTATE. Whatever else
 * is no bug means that no answer came: system errors carry a code, the driver's own ("Connection terminated",
 * pool and read timeouts) carry none, so the rule is the absence of an answer and not a list.
 */
export function sorted(thrown: unknown): unknown {
  if (thrown instanceof PostgresUnavailableError || thrown instanceof QueryError) return thrown;
  if (thrown instanceof DatabaseError) {
    const code = thrown.code ?? 'XX000';
    return TROUBLE.test(code) ? new PostgresUnavailableError(thrown, code) : new QueryError(code, thrown);
  }
  if (thrown instanceof Error && BUGS.has(thrown.name)) return thrown;
  return new PostgresUnavailableError(thrown);
}
