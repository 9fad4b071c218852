// Partitions that wait because of infrastructure: each is told once, and how long it lasts can be asked for.
import type { Logger } from '@switchboard/contracts';
import { backoff, wait } from '../wait.ts';
import { errorFields } from './calls.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** Why a partition waits, and since when (performance.now()). */
export interface Trouble {
  readonly code: string;
  readonly since: number;
}

export class Pauses {
  readonly #observer: ConsumerObserver;
  readonly #logger: Logger;
  readonly #waiting = new Map<Lane, Trouble>();

  constructor(observer: ConsumerObserver, logger: Logger) {
    this.#observer = observer;
    this.#logger = logger;
  }

  /** What lasts the longest; undefined when no partition waits. */
  get longest(): Trouble | undefined {
    let longest: Trouble | undefined;
    for (const [lane, trouble] of this.#waiting) {
      if (lane.lost) this.#waiting.delete(lane);
      else if (longest === undefined || trouble.since < longest.since) longest = trouble;
    }
    return longest;
  }

  /** Waits before attempt `retry` + 1; false when the lane was stopped meanwhile. */
  pause(lane: Lane, retry: number, code: string, error: Error): Promise<boolean> {
    if (!this.#waiting.has(lane)) {
      this.#waiting.set(lane, { code, since: performance.now() });
      this.#observer.paused(code);
      const fields = { topic: lane.name, partition: lane.partition, code, ...errorFields(error) };
      this.#logger.warn(
        fields,
        'A partition waits because of trouble that is not proven to be its records’ fault.',
      );
    }
    return wait(backoff(retry, FIRST_RETRY_MS, LONGEST_RETRY_MS), lane.signal);
  }

  /** The partition goes on. */
  over(lane: Lane): void {
    const trouble = this.#waiting.get(lane);
    if (trouble === undefined) return;
    this.#waiting.delete(lane);
    const seconds = Math.round((performance.now() - trouble.since) / 1000);
    const fields = { topic: lane.name, partition: lane.partition, seconds };
    this.#logger.info(fields, 'A partition that waited goes on.');
  }
}
