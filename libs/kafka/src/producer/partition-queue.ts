// What waits for one partition. One batch of it is under way at a time: that alone keeps the order.
import type { Topic } from '@switchboard/contracts';
import { backoff } from '../wait.ts';
import { BATCH_OVERHEAD, type WireRecord } from '../wire/encode.ts';
import type { Ticket } from './ticket.ts';

export interface Entry {
  readonly record: WireRecord;
  readonly ticket: Ticket;
}

export class PartitionQueue {
  readonly topic: Topic;
  readonly partition: number;
  /** A broker refused its last batch: sent alone, it neither hides behind nor spoils other partitions. */
  alone = false;
  #entries: Entry[] = [];
  #inFlight: Entry[] | undefined;
  #failures = 0;
  #retryAt = 0;

  constructor(topic: Topic, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
  }

  ready(now: number): boolean {
    return this.#inFlight === undefined && this.#entries.length > 0 && this.#retryAt <= now;
  }

  /** Takes the next batch out, to be acknowledged or failed before there is another. */
  take(): readonly Entry[] {
    const limit = this.topic.maxMessageBytes - BATCH_OVERHEAD;
    let count = 0;
    let bytes = 0;
    while (count < this.#entries.length) {
      bytes += this.#entries[count]?.record.size ?? 0;
      if (bytes > limit) break;
      count += 1;
    }
    this.#inFlight = this.#entries.splice(0, count);
    return this.#inFlight;
  }

  /** The batch under way. */
  get inFlight(): readonly Entry[] {
    return this.#inFlight ?? [];
  }

  /** The batch is durable; there may be another. */
  acknowledge(): void {
    this.#inFlight = undefined;
    this.#failures = 0;
    this.alone = false;
  }

  /** The batch goes back to the head and waits a little. Returns how long, in ms. */
  retryLater(now: number): number {
    const delay = backoff(this.#failures, 50, 1000);
    this.#entries = [...this.inFlight, ...this.#entries];
    this.#inFlight = undefined;
    this.#failures += 1;
    this.#retryAt = now + delay;
    return delay;
  }

  /** Drops what nobody waits for any more. Returns the bytes that became free. */
  purge(): number {
    let freed = 0;
    this.#entries = this.#entries.filter(({ ticket, record }) => {
      if (ticket.settled) freed += record.size;
      return !ticket.settled;
    });
    return freed;
  }
}
