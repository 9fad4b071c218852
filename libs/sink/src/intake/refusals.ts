// What Postgres says when it does not take events: one of them is at fault, or we are.
import { InfrastructureError } from '@switchboard/contracts';
import type { QueryError } from '@switchboard/postgres';

/**
 * The day of an event got its partition while the event was on its way into the default one. No constraint of ours says
 * the same: whatever an event holds, intake writes no row that a check could refuse.
 */
const NEW_DAY = '23514';

/** SQLSTATE classes that speak of values: data, constraint, limit. Everything else is about us. */
const ABOUT_VALUES = /^(?:22|23|54)/;

/** Whether an event is at fault; it is found by taking each in by itself. */
export function isAboutValues({ code }: QueryError): boolean {
  return code !== NEW_DAY && ABOUT_VALUES.test(code);
}

/** The error of events that are taken in again. */
export function notTakenIn(cause: QueryError): InfrastructureError {
  const hint =
    cause.code === NEW_DAY
      ? 'a day has just got its partition; nothing is to be done'
      : 'check that the schema is migrated';
  const message = `taking events into the ledger: ${cause.code}; ${hint}`;
  return new InfrastructureError('POSTGRES_UNAVAILABLE', message, { cause });
}
