// A loop that runs as long as its process: one turn after another. A stop waits for the turn under way.
import { type FailureReports, LoopFailures } from './loop-failures.ts';

/** What a turn returns that could do nothing: it neither ends a failure nor begins one. */
export const NOTHING_DONE = Symbol('nothing done');

/** A loop that can be stopped. */
export interface Repeating {
  /** For how long and why its turns fail, in words, when it is in trouble; else undefined. */
  trouble(): string | undefined;
  /** Resolves when the turn under way has ended. No other turn follows. */
  stop(): Promise<void>;
}

/**
 * Runs `turn` until stopped, every `everyMs`, or sooner when the turn returns a shorter wait in milliseconds. A turn that
 * throws does not end the loop. While an infrastructure failure lasts, it is logged at intervals, any other error each time.
 */
export function repeat(
  name: string,
  everyMs: number,
  turn: () => Promise<number | undefined | typeof NOTHING_DONE>,
  reports: FailureReports,
): Repeating {
  const failures = new LoopFailures(name, reports);
  let stopped = false;
  let wake = (): void => undefined;
  const run = async () => {
    while (!stopped) {
      let pause = everyMs;
      try {
        const done = await turn();
        if (done !== NOTHING_DONE) {
          pause = Math.min(everyMs, done ?? everyMs);
          failures.succeeded();
        }
      } catch (error) {
        failures.failed(error);
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
    trouble: () => failures.trouble(),
    async stop() {
      stopped = true;
      wake();
      await running;
    },
  };
}

/** The troubles of these loops. */
export function troublesOf(loops: readonly Repeating[]): string[] {
  return loops.flatMap((loop) => loop.trouble() ?? []);
}
