// The only writer to Kafka. Records are gathered into batches per partition, each broker gets its own requests, so that
// one that is away holds up its own partitions alone, and every send ends.
//
// Not kafkajs's idempotent producer: when a send fails it takes its sequence number back (sendMessages.js,
// updateSequence), also when only the acknowledgement was lost. A send given up at its deadline would leave the number
// to the next, different batch, which the broker then drops as a duplicate and acknowledges. Without sequence numbers
// a retry can double a record, which readers know by `ce_id`, but can lose none. Order needs no idempotence, because
// one batch per partition is under way at a time; after a deadline a partition waits until kafkajs's own, bounded,
// attempt has ended, for a second connection could overtake the first.
import { type Topic, topicName } from '@switchboard/contracts';
import { KafkaRefusedError, KafkaUnavailableError, RecordRefusedError } from '../errors.ts';
import type { KafkaSettings, OutRecord } from '../records.ts';
import { within } from '../wait.ts';
import { type Answers, Link } from './link.ts';
import { outgoing } from './message.ts';
import { PartitionQueue } from './partition-queue.ts';
import { isPassingRefusal, isRecordFault, refusalName } from './refusals.ts';
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
/** At a time and broker. */
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
  /** Requests under way, by the number of the broker. */
  readonly #requests = new Map<number, number>();
  readonly #learning = new Set<Topic>();
  #closed = false;
  #flushTimer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;

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

  /**
   * Resolves when the record is durable. Rejects with RecordTooLargeError or RecordRefusedError when this record can never
   * be written, else with KafkaUnavailableError or KafkaRefusedError, and may then be sent again.
   */
  send(record: OutRecord): Promise<void> {
    return this.sendMany([record]);
  }

  /**
   * Resolves when all records are durable. One that is too large fails all before any is sent; after any other error some
   * may have been written.
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
    const delay = this.#requests.size === 0 ? this.#lingerMs : Math.max(this.#lingerMs, BESIDE_MS);
    this.#flushTimer ??= setTimeout(() => this.#flush(), delay);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const now = performance.now();
    const byLeader = new Map<number, PartitionQueue[]>();
    for (const queue of this.#allQueues()) {
      if (!queue.ready(now)) continue;
      const leader = this.#link.leaderOf(queue);
      if (leader === undefined) void this.#learn(queue.topic);
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), queue]);
    }
    for (const [leader, queues] of byLeader) {
      while ((this.#requests.get(leader) ?? 0) < REQUESTS && queues.length > 0) {
        void this.#request(leader, this.#take(queues));
      }
    }
  }

  /** Takes batches out of queues until a request is full; the queues taken from leave the list. */
  #take(queues: PartitionQueue[]): PartitionQueue[] {
    const chosen: PartitionQueue[] = [];
    for (let bytes = 0; bytes < REQUEST_BYTES; ) {
      const queue = queues.shift();
      if (queue === undefined) break;
      for (const { record } of queue.take()) bytes += record.size;
      chosen.push(queue);
    }
    return chosen;
  }

  async #learn(topic: Topic): Promise<void> {
    if (this.#learning.has(topic)) return;
    this.#learning.add(topic);
    let failure: unknown;
    try {
      await this.#link.learn(topic);
    } catch (error) {
      failure = error;
    }
    this.#learning.delete(topic);
    const now = performance.now();
    for (const queue of this.#queues.get(topic.name)?.values() ?? []) {
      if (queue.ready(now) && this.#link.leaderOf(queue) === undefined) this.#retryLater(queue, failure);
    }
    this.#flush();
  }

  async #request(leader: number, batches: readonly PartitionQueue[]): Promise<void> {
    this.#requests.set(leader, (this.#requests.get(leader) ?? 0) + 1);
    for (const { inFlight } of batches) for (const { record } of inFlight) this.#waitingBytes -= record.size;
    let answers: Answers = new Map();
    let failure: unknown;
    try {
      answers = await this.#link.write(leader, batches);
    } catch (error) {
      failure = error;
    }
    for (const queue of batches) {
      const code = answers.get(queue);
      if (code === 0) this.#acknowledge(queue);
      else this.#refused(queue, code, failure);
    }
    const left = (this.#requests.get(leader) ?? 1) - 1;
    if (left === 0) this.#requests.delete(leader);
    else this.#requests.set(leader, left);
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

  /** @param code what the broker said, undefined when it said nothing of this batch */
  #refused(queue: PartitionQueue, code: number | undefined, failure: unknown): void {
    const batch = queue.inFlight;
    for (const { record } of batch) this.#waitingBytes += record.size;
    if (code === undefined) return this.#retryLater(queue, failure);
    const name = refusalName(code);
    const topic = topicName(queue.topic, this.#settings.topicPrefix);
    if (isRecordFault(code, queue.failures)) {
      if (batch.length === 1) batch[0]?.ticket.reject(new RecordRefusedError(topic, name));
      queue.halve();
      return this.#purge();
    }
    const refusal = new KafkaRefusedError(
      `sending to ${topic}: Kafka refuses with ${name}; nothing is wrong with the records, repair that and they are sent again`,
      name,
    );
    if (!isPassingRefusal(code)) for (const { ticket } of batch) ticket.reject(refusal);
    this.#retryLater(queue, refusal);
  }

  #retryLater(queue: PartitionQueue, failure: unknown): void {
    const delay = queue.retryLater(performance.now(), failure);
    this.#purge();
    setTimeout(() => this.#flush(), delay + 1);
  }

  #sweep(): void {
    const now = performance.now();
    let late = 0;
    for (const ticket of this.#tickets) {
      if (ticket.deadlineAt > now) break;
      ticket.reject(this.#late(ticket));
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

  /** What the brokers said of a record of the send is the reason, when they said something. */
  #late(ticket: Ticket): Error {
    const failure = this.#allQueues().find(
      (queue) => queue.failure !== undefined && queue.holds(ticket),
    )?.failure;
    if (failure instanceof KafkaRefusedError) return failure;
    return this.#unavailable(`nothing was acknowledged within ${this.#deadlineMs} ms`, failure);
  }

  #unavailable(what: string, cause?: unknown): KafkaUnavailableError {
    const brokers = this.#settings.brokers.join(', ');
    const message = `sending to Kafka at ${brokers}: ${what}; the record may be sent again`;
    return new KafkaUnavailableError(message, { cause });
  }
}
