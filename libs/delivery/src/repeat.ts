// A loop that runs for the life of a process: one turn after the other, ended by waiting for the turn under way.
import { InfrastructureError, type Logger } from '@switchboard/contracts';

/** A loop that can be ended. */
export interface Repeating {
  /** Resolves when the turn under way has ended; no other follows. */
  stop(): Promise<void>;
}

/**
 * Runs `turn` until stopped, `everyMs` apart, or as many milliseconds sooner as it asks for. A turn that throws is no end:
 * trouble of Postgres is told once until it is over, anything else each time.
 */
export function repeat(
  name: string,
  everyMs: number,
  turn: () => Promise<number | undefined>,
  logger: Logger,
): Repeating {
  let stopped = false;
  let wake = (): void => undefined;
  let troubled = false;
  const run = async () => {
    while (!stopped) {
      let pause = everyMs;
      try {
        pause = Math.min(everyMs, (await turn()) ?? everyMs);
        if (troubled) logger.info({ loop: name }, 'Postgres answers again.');
        troubled = false;
      } catch (error) {
        const trouble = error instanceof InfrastructureError;
        if (!trouble || !troubled)
          logger.warn({ loop: name, ...told(error) }, 'A turn of a loop failed and is repeated.');
        troubled = trouble;
      }
      if (pause > 0 && !stopped) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pause);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

function told(error: unknown): object {
  return error instanceof Error
    ? { error_message: error.message, error_name: error.name }
    : { error_message: String(error) };
}
