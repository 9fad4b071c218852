// Gathers records into batches per partition and sends each broker its own requests, so that a broker that is away holds
// up its own partitions only. One batch per partition is in flight at a time. A failed batch is repeated until its sends
// are settled; a record for which the broker refuses a batch is found by halving.
import { type Topic, topicName } from '@switchboard/contracts';
import { KafkaRefusedError, RecordRefusedError } from '../errors.ts';
import type { KafkaSettings } from '../records.ts';
import { errorCodeName, isRecordFault, isTransient } from './error-codes.ts';
import { PartitionQueue, type QueuedRecord } from './partition-queue.ts';
import type { PendingSend } from './pending-send.ts';
import { ProducerSession, type WriteResults } from './producer-session.ts';

const REQUEST_BYTES = 1024 * 1024;
const MAX_REQUESTS_PER_BROKER = 3;
/** With so many bytes waiting another request is sent at once, though one is in flight. */
const FULL_BYTES = 64 * 1024;
/** The longest time that records wait for a request in flight. */
const MAX_LINGER_MS = 10;

export class BatchSender {
  readonly #prefix: string;
  readonly #lingerMs: number;
  readonly #session: ProducerSession;
  readonly #queues = new Map<string, Map<number, PartitionQueue>>();
  #bytes = 0;
  #waitingBytes = 0;
  /** Requests in flight, by broker id. */
  readonly #requests = new Map<number, number>();
  readonly #refreshing = new Set<Topic>();
  #flushTimer: NodeJS.Timeout | undefined;

  /** @param timeoutMs of one request */
  constructor(settings: KafkaSettings, lingerMs: number, timeoutMs: number) {
    this.#prefix = settings.topicPrefix;
    this.#lingerMs = lingerMs;
    this.#session = new ProducerSession(settings, timeoutMs);
  }

  connect(): Promise<void> {
    return this.#session.connect();
  }

  /** Bytes of all records queued or in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Queues a record; schedule() sees to its sending. */
  add(topic: Topic, partition: number, queued: QueuedRecord): void {
    this.#queue(topic, partition).push(queued);
    this.#bytes += queued.record.size;
    this.#waitingBytes += queued.record.size;
  }

  /** Sends soon. Records that come while a request is in flight form the next batch and wait for its end, but not long. */
  schedule(): void {
    if (this.#waitingBytes >= FULL_BYTES) return this.flush();
    const delay = this.#requests.size === 0 ? this.#lingerMs : Math.max(this.#lingerMs, MAX_LINGER_MS);
    this.#flushTimer ??= setTimeout(() => this.flush(), delay);
  }

  /** Sends what can be sent now. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const now = performance.now();
    const byLeader = new Map<number, PartitionQueue[]>();
    for (const queue of this.#allQueues()) {
      if (!queue.ready(now)) continue;
      const leader = this.#session.leaderOf(queue);
      if (leader === undefined) void this.#refreshLeaders(queue.topic);
      else byLeader.set(leader, [...(byLeader.get(leader) ?? []), queue]);
    }
    for (const [leader, queues] of byLeader) {
      while ((this.#requests.get(leader) ?? 0) < MAX_REQUESTS_PER_BROKER && queues.length > 0) {
        void this.#request(leader, this.#takeBatches(queues));
      }
    }
  }

  /** Drops queued records of settled sends. */
  dropSettled(): void {
    for (const queue of this.#allQueues()) {
      const freed = queue.dropSettled();
      this.#bytes -= freed;
      this.#waitingBytes -= freed;
    }
  }

  /** Why a record of this send has not been written yet; undefined when nothing failed. */
  failureOf(pending: PendingSend): unknown {
    return this.#allQueues().find((queue) => queue.failure !== undefined && queue.holds(pending))?.failure;
  }

  async close(deadlineMs: number): Promise<void> {
    clearTimeout(this.#flushTimer);
    await this.#session.close(deadlineMs);
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

  /** Takes batches until a request is full, and removes their queues from the list. */
  #takeBatches(queues: PartitionQueue[]): PartitionQueue[] {
    const taken: PartitionQueue[] = [];
    for (let bytes = 0; bytes < REQUEST_BYTES; ) {
      const queue = queues.shift();
      if (queue === undefined) break;
      for (const { record } of queue.take()) bytes += record.size;
      taken.push(queue);
    }
    return taken;
  }

  async #refreshLeaders(topic: Topic): Promise<void> {
    if (this.#refreshing.has(topic)) return;
    this.#refreshing.add(topic);
    let failure: unknown;
    try {
      await this.#session.refreshLeaders(topic);
    } catch (error) {
      failure = error;
    }
    this.#refreshing.delete(topic);
    const now = performance.now();
    for (const queue of this.#queues.get(topic.name)?.values() ?? []) {
      if (queue.ready(now) && this.#session.leaderOf(queue) === undefined) this.#retryLater(queue, failure);
    }
    this.flush();
  }

  async #request(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    this.#requests.set(leader, (this.#requests.get(leader) ?? 0) + 1);
    for (const { inFlight } of queues) for (const { record } of inFlight) this.#waitingBytes -= record.size;
    let results: WriteResults = new Map();
    let failure: unknown;
    try {
      results = await this.#session.write(leader, queues);
    } catch (error) {
      failure = error;
    }
    for (const queue of queues) {
      const code = results.get(queue);
      if (code === 0) this.#acknowledge(queue);
      else this.#batchFailed(queue, code, failure);
    }
    const left = (this.#requests.get(leader) ?? 1) - 1;
    if (left === 0) this.#requests.delete(leader);
    else this.#requests.set(leader, left);
    this.flush();
  }

  #acknowledge(queue: PartitionQueue): void {
    const batch = queue.inFlight;
    queue.acknowledge();
    for (const { record, pending } of batch) {
      this.#bytes -= record.size;
      pending.acknowledge();
    }
  }

  /** @param code the broker's error code; undefined when it did not answer for this batch */
  #batchFailed(queue: PartitionQueue, code: number | undefined, failure: unknown): void {
    const batch = queue.inFlight;
    for (const { record } of batch) this.#waitingBytes += record.size;
    if (code === undefined) return this.#retryLater(queue, failure);
    const name = errorCodeName(code);
    const topic = topicName(queue.topic, this.#prefix);
    if (isRecordFault(code, queue.failures)) {
      if (batch.length === 1) batch[0]?.pending.reject(new RecordRefusedError(topic, name));
      queue.halve();
      return this.dropSettled();
    }
    const refusal = new KafkaRefusedError(
      `sending to ${topic}: Kafka refuses with ${name}; the records are not at fault; remove the cause, then they are sent again`,
      name,
    );
    if (!isTransient(code)) for (const { pending } of batch) pending.reject(refusal);
    this.#retryLater(queue, refusal);
  }

  #retryLater(queue: PartitionQueue, failure: unknown): void {
    const delay = queue.retryLater(performance.now(), failure);
    this.dropSettled();
    setTimeout(() => this.flush(), delay + 1);
  }
}
