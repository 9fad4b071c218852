// How long a fault lasts: a time, if its length is tested, or a number of accepted events, if it must happen under
// load.
import { setTimeout as wait } from 'node:timers/promises';

const EVERY_MS = 20;
/** A system that accepts nothing for so long is not under load. */
const STUCK_MS = 120_000;

/** Time as a scenario counts it. */
export interface Clock {
  seconds(count: number): Promise<void>;
  /** Until so many more events were accepted. Throws after two minutes without any. */
  events(count: number): Promise<void>;
}

/** @param accepted how many events were accepted so far @param complete whether no more will come */
export function createClock(accepted: () => number, complete: () => boolean): Clock {
  return {
    seconds: (count) => wait(count * 1000),
    async events(count) {
      const wanted = accepted() + count;
      let last = accepted();
      let movedAt = performance.now();
      while (accepted() < wanted && !complete()) {
        await wait(EVERY_MS);
        if (accepted() !== last) movedAt = performance.now();
        last = accepted();
        if (performance.now() - movedAt > STUCK_MS) {
          throw new Error(
            `waiting for load: no event was accepted for ${STUCK_MS / 1000} s; see the logs of ingest`,
          );
        }
      }
    },
  };
}
