// What Postgres refuses because of a value, apart from trouble of its own and from statements that never work.
import type { QueryError } from '@switchboard/postgres';

/**
 * The day of an event got its partition while the event was on its way into the default one. No constraint of ours says
 * the same: whatever an event holds, no row is written that a check could refuse.
 */
export const NEW_DAY = '23514';

/** SQLSTATE classes that speak of values: data, constraint, limit. Everything else is about us. */
const ABOUT_VALUES = /^(?:22|23|54)/;

/** Whether a value of what was written is at fault; whose, is found by writing less at once. */
export function isAboutValues({ code }: QueryError): boolean {
  return code !== NEW_DAY && ABOUT_VALUES.test(code);
}

/** Postgres refuses a value of one delivery, whenever it is written. `code` is the SQLSTATE. */
export class RefusedValueError extends Error {
  override readonly name = 'RefusedValueError';
  readonly code: string;

  constructor(what: string, cause: QueryError) {
    super(`${what}: Postgres refuses a value (${cause.code}); the sink must store another`, { cause });
    this.code = cause.code;
  }
}
