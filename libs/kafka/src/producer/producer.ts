// The only writer to Kafka. kafkajs sends one request per call and knows no deadline, so records are gathered here
// into batches per partition, and every send ends.
//
// Not kafkajs's idempotent producer: when a send fails it takes its sequence number back (sendMessages.js,
// updateSequence), also when only the acknowledgement was lost. A send given up at its deadline would leave the number
// to the next, different batch, which the broker then drops as a duplicate and acknowledges. Without sequence numbers
// a retry can double a record, which readers know by `ce_id`, but can lose none. Order needs no idempotence, because
// one batch per partition is under way at a time; after a deadline a partition waits until kafkajs's own, bounded,
// attempt has ended, for a second connection could overtake the first.
import type { Topic } from '@switchboard/contracts';
import { isAnswer, isFinal } from '../client.ts';
import { KafkaUnavailableError } from '../errors.ts';
import type { KafkaSettings, OutRecord } from '../records.ts';
import { within } from '../wait.ts';
import { Link } from './link.ts';
import { outgoing } from './message.ts';
import { PartitionQueue } from './partition-queue.ts';
import { Ticket } from './ticket.ts';

export interface ProducerOptions {
  /** When a send is given up; default 10,000 ms. */
  readonly deadlineMs?: number;
  /** How long the first record of an idle producer waits for company; default 2 ms. */
  readonly lingerMs?: number;
  /** More than this waiting makes a further send fail at once; default 32 MiB. */
  readonly maxQueuedBytes?: number;
}

const REQUEST_BYTES = 1024 * 1024;
const REQUESTS = 3;
// Worth a request of its own although another is under way.
const WORTHWHILE_BYTES = 64 * 1024;
const BESIDE_MS = 10;
const SWEEP_MS = 50;

/** Writes records in batches, with `acks=all`; a promise kept means durable and in order per partition. */
export class KafkaProducer {
  readonly #settings: KafkaSettings;
  readonly #deadlineMs: number;
  readonly #lingerMs: number;
  readonly #maxQueuedBytes: number;
  readonly #queues = new Map<string, Map<number, PartitionQueue>>();
  readonly #tickets = new Set<Ticket>();
  readonly #link: Link;
  #bytes = 0;
  #waitingBytes = 0;
  #requests = 0;
  #closed = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #lastFailure: unknown;

  constructor(settings: KafkaSettings, options: ProducerOptions = {}) {
    this.#settings = settings;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#lingerMs = options.lingerMs ?? 2;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 32 * 1024 * 1024;
    this.#link = new Link(settings, this.#deadlineMs);
  }

  /** Connects ahead of the first send, which would do it as well. */
  async connect(): Promise<void> {
    try {
      await this.#link.connect();
    } catch (error) {
      const brokers = this.#settings.brokers.join(', ');
      throw new KafkaUnavailableError(`connecting to Kafka at ${brokers}: no broker answers`, {
        cause: error,
      });
    }
  }

  /** Resolves when the record is durable; rejects with KafkaUnavailableError or RecordTooLargeError. */
  send(record: OutRecord): Promise<void> {
    return this.sendMany([record]);
  }

  /**
   * Resolves when all records are durable. One that can never be written fails all before any is sent; after a
   * KafkaUnavailableError some may have been written.
   */
  sendMany(records: readonly OutRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(this.#unavailable('the producer is closed'));
    const { topicPrefix } = this.#settings;
    try {
      const ready = records.map((record) => outgoing(record, topicPrefix));
      const bytes = ready.reduce((sum, one) => sum + one.record.size, 0);
      // A call larger than the bound goes through when it is alone: refused, it never could.
      if (this.#bytes > 0 && this.#bytes + bytes > this.#maxQueuedBytes) {
        return Promise.reject(this.#unavailable(`${this.#bytes} bytes are waiting already`));
      }
      const ticket = this.#ticket(records.length);
      records.forEach(({ topic }, index) => {
        const one = ready[index];
        if (one) this.#queue(topic, one.partition).push({ record: one.record, ticket });
      });
      this.#bytes += bytes;
      this.#waitingBytes += bytes;
      this.#schedule();
      return ticket.promise;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Sends what waits, then disconnects; takes at most `deadlineMs` for the first and 2 s for the second. */
  async close(deadlineMs = 5000): Promise<void> {
    this.#closed = true;
    this.#flush();
    await within(deadlineMs, Promise.allSettled([...this.#tickets].map(({ promise }) => promise)));
    for (const ticket of this.#tickets) ticket.reject(this.#unavailable('the producer was closed'));
    this.#purge();
    clearTimeout(this.#flushTimer);
    clearInterval(this.#sweepTimer);
    await this.#link.close(2000);
  }

  #ticket(records: number): Ticket {
    const ticket = new Ticket(records, performance.now() + this.#deadlineMs, (settled) => {
      this.#tickets.delete(settled);
    });
    this.#tickets.add(ticket);
    this.#sweepTimer ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return ticket;
  }

  #queue(topic: Topic, partition: number): PartitionQueue {
    const queues = this.#queues.get(topic.name) ?? new Map<number, PartitionQueue>();
    const queue = queues.get(partition) ?? new PartitionQueue(topic, partition);
    this.#queues.set(topic.name, queues.set(partition, queue));
    return queue;
  }

  #allQueues(): PartitionQueue[] {
    return [...this.#queues.values()].flatMap((queues) => [...queues.values()]);
  }

  /** What comes while a request is under way is the next batch; it waits for that request's end, but not for long. */
  #schedule(): void {
    if (this.#waitingBytes >= WORTHWHILE_BYTES) return this.#flush();
    const delay = this.#requests === 0 ? this.#lingerMs : Math.max(this.#lingerMs, BESIDE_MS);
    this.#flushTimer ??= setTimeout(() => this.#flush(), delay);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    while (this.#requests < REQUESTS) {
      const batches = this.#nextBatches();
      if (batches.length === 0) return;
      void this.#request(batches);
    }
  }

  #nextBatches(): PartitionQueue[] {
    const now = performance.now();
    const ready = this.#allQueues().filter((queue) => queue.ready(now));
    const first = ready[0];
    if (first === undefined) return [];
    const chosen: PartitionQueue[] = [];
    let bytes = 0;
    for (const queue of first.alone ? [first] : ready.filter(({ alone }) => !alone)) {
      if (bytes >= REQUEST_BYTES) break;
      for (const { record } of queue.take()) bytes += record.size;
      chosen.push(queue);
    }
    this.#waitingBytes -= bytes;
    return chosen;
  }

  async #request(batches: readonly PartitionQueue[]): Promise<void> {
    this.#requests += 1;
    let written = new Set<PartitionQueue>();
    let failure: unknown;
    try {
      written = await this.#link.write(batches);
    } catch (error) {
      failure = error;
    }
    for (const queue of batches) {
      if (written.has(queue)) this.#acknowledge(queue);
      else this.#fail(queue, failure, batches.length === 1);
    }
    this.#requests -= 1;
    this.#flush();
  }

  #acknowledge(queue: PartitionQueue): void {
    const batch = queue.inFlight;
    queue.acknowledge();
    for (const { record, ticket } of batch) {
      this.#bytes -= record.size;
      ticket.acknowledge();
    }
  }

  #fail(queue: PartitionQueue, failure: unknown, alone: boolean): void {
    this.#lastFailure = failure;
    const final = alone && isFinal(failure);
    for (const { record, ticket } of queue.inFlight) {
      this.#waitingBytes += record.size;
      if (final) ticket.reject(this.#unavailable('Kafka refuses the records'));
    }
    const delay = queue.retryLater(performance.now());
    queue.alone = failure === undefined || isAnswer(failure);
    this.#purge();
    setTimeout(() => this.#flush(), delay + 1);
  }

  #sweep(): void {
    const now = performance.now();
    let late = 0;
    for (const ticket of this.#tickets) {
      if (ticket.deadlineAt > now) break;
      ticket.reject(this.#unavailable(`nothing was acknowledged within ${this.#deadlineMs} ms`));
      late += 1;
    }
    if (late > 0) this.#purge();
    if (this.#tickets.size === 0) {
      clearInterval(this.#sweepTimer);
      this.#sweepTimer = undefined;
    }
  }

  #purge(): void {
    for (const queue of this.#allQueues()) {
      const freed = queue.purge();
      this.#bytes -= freed;
      this.#waitingBytes -= freed;
    }
  }

  #unavailable(what: string): KafkaUnavailableError {
    const brokers = this.#settings.brokers.join(', ');
    const message = `sending to Kafka at ${brokers}: ${what}; the record may be sent again`;
    return new KafkaUnavailableError(message, { cause: this.#lastFailure });
  }
}
