// The records that wait for one partition. Only one batch of them is in flight at a time: that alone keeps the order.
import type { Topic } from '@switchboard/contracts';
import { BATCH_OVERHEAD } from '../codec/batch-layout.ts';
import type { BatchRecord } from '../codec/write-batch.ts';
import { backoff } from '../wait.ts';
import type { PendingSend } from './pending-send.ts';

export interface QueuedRecord {
  readonly record: BatchRecord;
  readonly pending: PendingSend;
}

export class PartitionQueue {
  readonly topic: Topic;
  readonly partition: number;
  /** Why the last batch was not written; undefined when it was. */
  failure: unknown;
  #queued: QueuedRecord[] = [];
  #inFlight: QueuedRecord[] | undefined;
  #failures = 0;
  /** Limit of records in a batch. It is lowered to find the one record for which a batch was refused. */
  #maxRecords = Number.POSITIVE_INFINITY;
  #retryAt = 0;

  constructor(topic: Topic, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  push(record: QueuedRecord): void {
    this.#queued.push(record);
  }

  /** Whether a batch can be taken. */
  ready(now: number): boolean {
    return this.#inFlight === undefined && this.#queued.length > 0 && this.#retryAt <= now;
  }

  /** Takes the next batch, which must be acknowledged or fail before the next one is taken. */
  take(): readonly QueuedRecord[] {
    const limit = this.topic.maxMessageBytes - BATCH_OVERHEAD;
    let count = 0;
    let bytes = 0;
    while (count < Math.min(this.#maxRecords, this.#queued.length)) {
      bytes += this.#queued[count]?.record.size ?? 0;
      if (bytes > limit) break;
      count += 1;
    }
    this.#inFlight = this.#queued.splice(0, count);
    return this.#inFlight;
  }

  /** The batch that was taken last and is neither acknowledged nor failed. */
  get inFlight(): readonly QueuedRecord[] {
    return this.#inFlight ?? [];
  }

  /** The batch in flight is durable. */
  acknowledge(): void {
    this.#inFlight = undefined;
    this.#failures = 0;
    this.failure = undefined;
    this.#maxRecords *= 2;
  }

  /** How often the batch in flight has failed before. */
  get failures(): number {
    return this.#failures;
  }

  /** The batch in flight is refused for one unknown record of it: half of it is the next batch, without a pause. */
  halve(): void {
    this.#maxRecords = Math.ceil(this.inFlight.length / 2);
    this.#failures = 0;
    this.#queued = [...this.inFlight, ...this.#queued];
    this.#inFlight = undefined;
  }

  /** Puts the batch in flight back to the head of the queue, to be sent again later. Returns after how many ms. */
  retryLater(now: number, failure: unknown): number {
    this.failure = failure;
    const delay = backoff(this.#failures, 50, 1000);
    this.#queued = [...this.inFlight, ...this.#queued];
    this.#inFlight = undefined;
    this.#failures += 1;
    this.#retryAt = now + delay;
    return delay;
  }

  /** Whether a record of this send is queued or in flight here. */
  holds(pending: PendingSend): boolean {
    return [...this.inFlight, ...this.#queued].some((one) => one.pending === pending);
  }

  /** Drops queued records of settled sends. Returns the bytes that became free. */
  dropSettled(): number {
    let freed = 0;
    this.#queued = this.#queued.filter(({ pending, record }) => {
      if (pending.settled) freed += record.size;
      return !pending.settled;
    });
    return freed;
  }
}
