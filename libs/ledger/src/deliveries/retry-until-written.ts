// Writes that must not be lost are repeated until Postgres accepts them or the process ends. A value that Postgres refuses is
// an error of the caller, and is not repeated.
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { QueryError, StatementRefusedError } from '@switchboard/postgres';

/** Postgres refuses a value, and would refuse it again. `code` is the SQLSTATE. */
export class RefusedValueError extends Error {
  override readonly name = 'RefusedValueError';
  readonly code: string;

  constructor(what: string, cause: QueryError) {
    super(`${what}: Postgres refuses a value (${cause.code}); the sink must store another one`, { cause });
    this.code = cause.code;
  }
}

/** Shared by all writes of a process. When `abandoned` is set, writes that fail are no longer repeated. */
export interface WriteRetries {
  abandoned: boolean;
}

/** The process ends before the write succeeded. The next owner of the rows repeats their calls. */
export class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
  readonly code = 'ABANDONED';
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Repeats a write until it succeeds. Throws RefusedValueError when Postgres refuses a value. */
export function retryUntilWritten<T>(
  what: string,
  write: () => Promise<T>,
  retries: WriteRetries,
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
  return retryAnythingUntilWritten(what, checked, retries, logger).then((end) => {
    if ('refused' in end) throw end.refused;
    return end.written;
  });
}

/**
 * Writes items together. When Postgres refuses a value, it finds the item by halving the list: `refused` is called for each
 * refused item, and the others are written. `write` must throw RefusedValueError when one of its items is refused.
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

/** Repeats a write until it succeeds, whatever error it ends with. */
export async function retryAnythingUntilWritten<T>(
  what: string,
  write: () => Promise<T>,
  retries: WriteRetries,
  logger: Logger,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await write();
      if (tries > 1) logger.info({ what, tries }, 'A write to Postgres succeeded after failures.');
      return result;
    } catch (error) {
      if (retries.abandoned) {
        throw new AbandonedError(`${what}: the service stops before Postgres accepted the write`, {
          cause: error,
        });
      }
      const fields = { what, tries, error_message: error instanceof Error ? error.message : String(error) };
      // A refused statement is a bug of this release and is logged every time; an outage of Postgres is logged once.
      if (error instanceof StatementRefusedError || !(error instanceof InfrastructureError))
        logger.error(fields, 'Postgres refuses a write; retrying.');
      else if (tries === 1) logger.warn(fields, 'A write to Postgres failed; retrying until it succeeds.');
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
