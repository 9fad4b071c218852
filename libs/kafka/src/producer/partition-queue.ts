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
  /** Why its last batch was not written; undefined when it was. */
  failure: unknown;
  #entries: Entry[] = [];
  #inFlight: Entry[] | undefined;
  #failures = 0;
  /** Most records in a batch: less after one was refused for one of its records, which is searched for. */
  #most = Number.POSITIVE_INFINITY;
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
    while (count < Math.min(this.#most, this.#entries.length)) {
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
    this.failure = undefined;
    this.#most *= 2;
  }

  /** How often the batch under way has failed before. */
  get failures(): number {
    return this.#failures;
  }

  /** A record of the batch under way is at fault, and nobody knows which: half of the batch comes next, at once. */
  halve(): void {
    this.#most = Math.ceil(this.inFlight.length / 2);
    this.#failures = 0;
    this.#entries = [...this.inFlight, ...this.#entries];
    this.#inFlight = undefined;
  }

  /** The batch goes back to the head and waits a little. Returns how long, in ms. */
  retryLater(now: number, failure: unknown): number {
    this.failure = failure;
    const delay = backoff(this.#failures, 50, 1000);
    this.#entries = [...this.inFlight, ...this.#entries];
    this.#inFlight = undefined;
    this.#failures += 1;
    this.#retryAt = now + delay;
    return delay;
  }

  /** Whether a record of this send waits here. */
  holds(ticket: Ticket): boolean {
    return [...this.inFlight, ...this.#entries].some((entry) => entry.ticket === ticket);
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
