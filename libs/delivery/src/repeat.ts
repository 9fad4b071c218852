// A loop that runs as long as its process: one turn after another. A stop waits for the turn under way.
import { InfrastructureError, type Logger } from '@switchboard/contracts';

/** A loop that can be stopped. */
export interface Repeating {
  /** Resolves when the turn under way has ended. No other turn follows. */
  stop(): Promise<void>;
}

/**
 * Runs `turn` until stopped, every `everyMs`, or sooner when the turn returns a shorter wait in milliseconds. A turn that
 * throws does not end the loop. An infrastructure failure is logged once until it is over, any other error each time.
 */
export function repeat(
  name: string,
  everyMs: number,
  turn: () => Promise<number | undefined>,
  logger: Logger,
): Repeating {
  let stopped = false;
  let wake = (): void => undefined;
  let isDown = false;
  const run = async () => {
    while (!stopped) {
      let pause = everyMs;
      try {
        pause = Math.min(everyMs, (await turn()) ?? everyMs);
        if (isDown) logger.info({ loop: name }, 'Postgres answers again.');
        isDown = false;
      } catch (error) {
        const isInfrastructure = error instanceof InfrastructureError;
        if (!isInfrastructure || !isDown)
          logger.warn({ loop: name, ...fieldsOf(error) }, 'A turn of a loop failed and is repeated.');
        isDown = isInfrastructure;
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

function fieldsOf(error: unknown): object {
  return error instanceof Error
    ? { error_message: error.message, error_name: error.name }
    : { error_message: String(error) };
}
