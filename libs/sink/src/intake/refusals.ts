// What the intake tells the consumer when Postgres takes no events and none of them is at fault.
import { InfrastructureError } from '@switchboard/contracts';
import type { QueryError } from '@switchboard/postgres';
import { NEW_DAY } from '../ledger/refused.ts';

/** The error of events that are taken in again. */
export function notTakenIn(cause: QueryError): InfrastructureError {
  const hint =
    cause.code === NEW_DAY
      ? 'a day has just got its partition; nothing is to be done'
      : 'check that the schema is migrated';
  const message = `taking events into the ledger: ${cause.code}; ${hint}`;
  return new InfrastructureError('POSTGRES_UNAVAILABLE', message, { cause });
}
