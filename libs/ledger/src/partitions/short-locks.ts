// Changes of a table that everybody uses: each gets its locks at once or gives up, and is tried again. While it waits for a
// lock everybody else waits behind it, so waiting and working together take less than half a second.
import { setTimeout as wait } from 'node:timers/promises';
import { PostgresUnavailableError, type Queryable } from '@switchboard/postgres';

/** Shorter than the time after which Postgres looks for deadlocks (1 s): whoever delivers never is the victim. */
const LOCK_TIMEOUT_MS = 150;
const STATEMENT_TIMEOUT_MS = 400;
const TRIES = 20;
const PAUSE_MS = 250;
const LOCK_NOT_HAD = '55P03';
const DEADLOCK = '40P01';
const TOO_LONG = '57014';

/** `changed`; `busy`: a lock was not had, however often it was tried; `too_long`: it was undone for taking too long. */
export type Change = 'changed' | 'busy' | 'too_long';

/** Runs statements in one transaction under short locks. `session` has to be a connection of its own. */
export async function changeBriefly(session: Queryable, sql: string): Promise<Change> {
  const whole = `begin; set local lock_timeout = ${LOCK_TIMEOUT_MS}; set local statement_timeout = ${STATEMENT_TIMEOUT_MS};
    ${sql}; commit`;
  for (let tries = 1; ; tries += 1) {
    try {
      await session.query(whole);
      return 'changed';
    } catch (error) {
      await session.query('rollback');
      const state = error instanceof PostgresUnavailableError ? error.sqlState : undefined;
      if (state === TOO_LONG) return 'too_long';
      if (state !== LOCK_NOT_HAD && state !== DEADLOCK) throw error;
    }
    if (tries === TRIES) return 'busy';
    await wait(PAUSE_MS);
  }
}
