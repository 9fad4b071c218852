// What Postgres refuses because of a value, told to whoever asked for the write.
import type { QueryError } from '@switchboard/postgres';

/** Postgres refuses a value of one delivery, whenever it is written. `code` is the SQLSTATE. */
export class RefusedValueError extends Error {
  override readonly name = 'RefusedValueError';
  readonly code: string;

  constructor(what: string, cause: QueryError) {
    super(`${what}: Postgres refuses a value (${cause.code}); the sink must store another`, { cause });
    this.code = cause.code;
  }
}
