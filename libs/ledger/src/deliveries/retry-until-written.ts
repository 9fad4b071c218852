// What must not be lost is written until it is written. Only the end of the process ends the trying.
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { QueryError, StatementRefusedError } from '@switchboard/postgres';
import { RefusedValueError } from './refused.ts';

/** Given up when the process has to end. */
export interface Persistence {
  abandoned: boolean;
}

/** The process ends before the write succeeded; the next owner of the rows repeats their calls. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
  readonly code = 'ABANDONED';
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Repeats a write until it succeeds, but for one that Postgres refuses because of a value: RefusedValueError. */
export function retryUntilWritten<T>(
  what: string,
  write: () => Promise<T>,
  persistence: Persistence,
  logger: Logger,
): Promise<T> {
  const checked = async () => {
    try {
      return { written: await write() };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { refused: new RefusedValueError(what, error) };
    }
  };
  return retryAnythingUntilWritten(what, checked, persistence, logger).then((end) => {
    if ('refused' in end) throw end.refused;
    return end.written;
  });
}

/**
 * Writes items together and finds those of which Postgres refuses a value by halving: `refused` is called for each of
 * them, the others are written. `write` throws RefusedValueError where one of what it was given is at fault.
 */
export async function retryEachUntilWritten<T>(
  items: readonly T[],
  write: (some: readonly T[]) => Promise<void>,
  refused: (item: T, error: RefusedValueError) => Promise<void> | void,
): Promise<void> {
  try {
    await write(items);
  } catch (error) {
    const [first] = items;
    if (!(error instanceof RefusedValueError) || first === undefined) throw error;
    if (items.length === 1) {
      await refused(first, error);
      return;
    }
    const middle = items.length >> 1;
    await retryEachUntilWritten(items.slice(0, middle), write, refused);
    await retryEachUntilWritten(items.slice(middle), write, refused);
  }
}

/** Repeats a write until it succeeds, whatever keeps it from that. */
export async function retryAnythingUntilWritten<T>(
  what: string,
  write: () => Promise<T>,
  persistence: Persistence,
  logger: Logger,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await write();
      if (tries > 1) logger.info({ what, tries }, 'A write to Postgres succeeded after trouble.');
      return result;
    } catch (error) {
      if (persistence.abandoned) {
        throw new AbandonedError(`${what}: the service ends while Postgres does not answer`, {
          cause: error,
        });
      }
      const fields = { what, tries, error_message: error instanceof Error ? error.message : String(error) };
      // A refused statement is a bug of ours and is told every time; trouble of Postgres once.
      if (error instanceof StatementRefusedError || !(error instanceof InfrastructureError))
        logger.error(fields, 'Postgres refuses a write; it is repeated.');
      else if (tries === 1)
        logger.warn(fields, 'Postgres does not take a write; it is repeated until it does.');
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
