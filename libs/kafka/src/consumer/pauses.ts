// Keeps which records wait because of infrastructure trouble. Each partition is logged once, when its first record waits.
import type { Logger } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { backoff, wait } from '../wait.ts';
import { errorFields } from './calls.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** Why a record waits, and since when (performance.now()). */
export interface Trouble {
  readonly code: string;
  readonly since: number;
}

export class Pauses {
  readonly #observer: ConsumerObserver;
  readonly #logger: Logger;
  readonly #waiting = new Map<Lane, { readonly since: number; readonly records: Map<InRecord, Trouble> }>();

  constructor(observer: ConsumerObserver, logger: Logger) {
    this.#observer = observer;
    this.#logger = logger;
  }

  /** What lasts the longest; undefined when no partition waits. */
  get longest(): Trouble | undefined {
    let longest: Trouble | undefined;
    for (const [lane, { records }] of this.#waiting) {
      if (lane.lost) this.#waiting.delete(lane);
      else
        for (const trouble of records.values())
          if (longest === undefined || trouble.since < longest.since) longest = trouble;
    }
    return longest;
  }

  /**
   * Waits before attempt `retry` + 1; false when the lane was stopped meanwhile.
   * @param record the first of those that wait together
   */
  pause(lane: Lane, record: InRecord, retry: number, code: string, error: Error): Promise<boolean> {
    const now = performance.now();
    const known = this.#waiting.get(lane);
    if (known !== undefined) {
      if (!known.records.has(record)) known.records.set(record, { code, since: now });
    } else {
      this.#waiting.set(lane, { since: now, records: new Map([[record, { code, since: now }]]) });
      this.#observer.paused(code);
      const fields = { topic: lane.name, partition: lane.partition, code, ...errorFields(error) };
      this.#logger.warn(
        fields,
        'A partition waits because of trouble that is not proven to be its records’ fault.',
      );
    }
    return wait(backoff(retry, FIRST_RETRY_MS, LONGEST_RETRY_MS), lane.signal);
  }

  /** The record goes on, and its partition when no other waits. */
  over(lane: Lane, record: InRecord): void {
    const known = this.#waiting.get(lane);
    if (known === undefined || !known.records.delete(record) || known.records.size > 0) return;
    this.#waiting.delete(lane);
    const seconds = Math.round((performance.now() - known.since) / 1000);
    const fields = { topic: lane.name, partition: lane.partition, seconds };
    this.#logger.info(fields, 'A partition that waited goes on.');
  }
}
