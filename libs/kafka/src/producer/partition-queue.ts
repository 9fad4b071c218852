// What waits for one partition. One batch of it is under way at a time: that alone keeps the order.
import type { Topic } from '@switchboard/contracts';
import type { Message } from 'kafkajs';
import { backoff } from '../wait.ts';
import { BATCH_BYTES } from './message.ts';
import type { Ticket } from './ticket.ts';

/** kafkajs groups a request's records in quadratic time: more than this in a batch costs more than it saves. */
const MAX_BATCH_RECORDS = 1000;

export interface Entry {
  readonly message: Message;
  readonly bytes: number;
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
    const limit = this.topic.maxMessageBytes - BATCH_BYTES;
    let count = 0;
    let bytes = 0;
    while (count < this.#entries.length && count < MAX_BATCH_RECORDS) {
      bytes += this.#entries[count]?.bytes ?? 0;
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
    this.#entries = this.#entries.filter(({ ticket, bytes }) => {
      if (ticket.settled) freed += bytes;
      return !ticket.settled;
    });
    return freed;
  }
}
