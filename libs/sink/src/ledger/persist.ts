// What must not be lost is written until it is written. Only the end of the process ends the trying.
import { InfrastructureError, type Logger } from '@switchboard/contracts';

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

/** Repeats a write until it succeeds. */
export async function persist<T>(
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
      if (!(error instanceof InfrastructureError))
        logger.error(fields, 'Postgres refuses a write; it is repeated.');
      else if (tries === 1)
        logger.warn(fields, 'Postgres does not take a write; it is repeated until it does.');
    }
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
