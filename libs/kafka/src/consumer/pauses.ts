// Tracks which records are paused, and why. Each partition is logged once, when its first record is paused.
import type { Logger } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { backoff, wait } from '../wait.ts';
import { errorFields } from './call-handler.ts';
import type { ConsumerObserver } from './observer.ts';
import type { PartitionBuffer } from './partition-buffer.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

/** Why a record is paused, and since when (performance.now()). */
interface RecordPause {
  readonly code: string;
  readonly since: number;
}

/** A paused record's partition, the topic by its name on the broker. */
export interface PauseOfPartition extends RecordPause {
  readonly topic: string;
  readonly partition: number;
}

interface PausedPartition {
  readonly since: number;
  readonly records: Map<InRecord, RecordPause>;
}

export class Pauses {
  readonly #observer: ConsumerObserver;
  readonly #logger: Logger;
  readonly #paused = new Map<PartitionBuffer, PausedPartition>();

  constructor(observer: ConsumerObserver, logger: Logger) {
    this.#observer = observer;
    this.#logger = logger;
  }

  /** The pause that has lasted longest; undefined when no record is paused. */
  get longest(): PauseOfPartition | undefined {
    let longest: PauseOfPartition | undefined;
    for (const [buffer, { records }] of this.#paused) {
      if (buffer.lost) this.#paused.delete(buffer);
      else
        for (const pause of records.values())
          if (longest === undefined || pause.since < longest.since)
            longest = { ...pause, topic: buffer.name, partition: buffer.partition };
    }
    return longest;
  }

  /**
   * Waits before attempt `retry` + 1. False when the partition was stopped meanwhile.
   * @param record the first of the records that wait together
   */
  pause(
    buffer: PartitionBuffer,
    record: InRecord,
    retry: number,
    code: string,
    error: Error,
  ): Promise<boolean> {
    const now = performance.now();
    const known = this.#paused.get(buffer);
    if (known !== undefined) {
      if (!known.records.has(record)) known.records.set(record, { code, since: now });
    } else {
      this.#paused.set(buffer, { since: now, records: new Map([[record, { code, since: now }]]) });
      this.#observer.paused(code);
      const fields = { topic: buffer.name, partition: buffer.partition, code, ...errorFields(error) };
      this.#logger.warn(fields, 'A partition is paused: its records fail and are not proven to be at fault.');
    }
    return wait(backoff(retry, FIRST_RETRY_MS, MAX_RETRY_MS), buffer.signal);
  }

  /** The record goes on. Its partition does too, unless another of its records is paused. */
  resume(buffer: PartitionBuffer, record: InRecord): void {
    const known = this.#paused.get(buffer);
    if (known === undefined || !known.records.delete(record) || known.records.size > 0) return;
    this.#paused.delete(buffer);
    const seconds = Math.round((performance.now() - known.since) / 1000);
    const fields = { topic: buffer.name, partition: buffer.partition, seconds };
    this.#logger.info(fields, 'A paused partition goes on.');
  }
}
