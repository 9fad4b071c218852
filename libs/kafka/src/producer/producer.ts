// The only writer to Kafka. Every send ends: with an acknowledgement, a refusal, or at its deadline.
//
// It is not kafkajs's idempotent producer. When a send fails, that one takes its sequence number back (sendMessages.js,
// updateSequence), even if only the acknowledgement was lost. A send given up at its deadline would leave its number to
// the next, different batch, which the broker would drop as a duplicate and acknowledge. Without sequence numbers a retry
// can duplicate a record, which readers know by `ce_id`, but it can lose none. Order needs no idempotence, because one
// batch per partition is in flight at a time. After a deadline a partition waits until kafkajs's own, bounded, attempt has
// ended, because a request on a second connection could overtake the first.
import { KafkaRefusedError, KafkaUnavailableError } from '../errors.ts';
import type { KafkaSettings, OutRecord } from '../records.ts';
import { within } from '../wait.ts';
import { BatchSender } from './batch-sender.ts';
import { PendingSend } from './pending-send.ts';
import { prepareRecord } from './prepare-record.ts';

export interface ProducerOptions {
  /** When a send is given up; default 10,000 ms. */
  readonly deadlineMs?: number;
  /** How long an idle producer waits for more records after the first one; default 2 ms. */
  readonly lingerMs?: number;
  /** With more bytes queued, further sends fail at once; default 32 MiB. */
  readonly maxQueuedBytes?: number;
}

const DEADLINE_CHECK_MS = 50;

/** Writes records in batches with `acks=all`. A resolved promise means durable, and in order per partition. */
export class KafkaProducer {
  readonly #settings: KafkaSettings;
  readonly #deadlineMs: number;
  readonly #maxQueuedBytes: number;
  readonly #sender: BatchSender;
  /** In the order of their deadlines. */
  readonly #pending = new Set<PendingSend>();
  #closed = false;
  #deadlineTimer: NodeJS.Timeout | undefined;

  constructor(settings: KafkaSettings, options: ProducerOptions = {}) {
    this.#settings = settings;
    this.#deadlineMs = options.deadlineMs ?? 10_000;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 32 * 1024 * 1024;
    this.#sender = new BatchSender(settings, options.lingerMs ?? 2, this.#deadlineMs);
  }

  /** Connects before the first send, which would otherwise do it. */
  async connect(): Promise<void> {
    try {
      await this.#sender.connect();
    } catch (error) {
      const brokers = this.#settings.brokers.join(', ');
      throw new KafkaUnavailableError(`connecting to Kafka at ${brokers}: no broker answers`, {
        cause: error,
      });
    }
  }

  /**
   * Resolves when the record is durable. Rejects with RecordTooLargeError or RecordRefusedError when this record can never
   * be written, else with KafkaUnavailableError or KafkaRefusedError; then it may be sent again.
   */
  send(record: OutRecord): Promise<void> {
    return this.sendMany([record]);
  }

  /**
   * Resolves when all records are durable. When one is too large, none is sent; after any other error some may have been
   * written.
   */
  sendMany(records: readonly OutRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#closed) return Promise.reject(this.#unavailable('the producer is closed'));
    const { topicPrefix } = this.#settings;
    try {
      const prepared = records.map((record) => prepareRecord(record, topicPrefix));
      const bytes = prepared.reduce((sum, one) => sum + one.record.size, 0);
      const queuedBytes = this.#sender.bytes;
      // A call larger than the limit is accepted when nothing else is queued: otherwise it could never be sent.
      if (queuedBytes > 0 && queuedBytes + bytes > this.#maxQueuedBytes) {
        return Promise.reject(this.#unavailable(`${queuedBytes} bytes are already waiting`));
      }
      const pending = this.#addPending(records.length);
      records.forEach(({ topic }, index) => {
        const one = prepared[index];
        if (one) this.#sender.add(topic, one.partition, { record: one.record, pending });
      });
      this.#sender.schedule();
      return pending.promise;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Sends what is queued, then disconnects; takes at most `deadlineMs` for the first and 2 s for the second. */
  async close(deadlineMs = 5000): Promise<void> {
    this.#closed = true;
    this.#sender.flush();
    await within(deadlineMs, Promise.allSettled([...this.#pending].map(({ promise }) => promise)));
    for (const pending of this.#pending) pending.reject(this.#unavailable('the producer was closed'));
    this.#sender.dropSettled();
    clearInterval(this.#deadlineTimer);
    await this.#sender.close(2000);
  }

  #addPending(records: number): PendingSend {
    const pending = new PendingSend(records, performance.now() + this.#deadlineMs, (settled) => {
      this.#pending.delete(settled);
    });
    this.#pending.add(pending);
    this.#deadlineTimer ??= setInterval(() => this.#checkDeadlines(), DEADLINE_CHECK_MS);
    return pending;
  }

  #checkDeadlines(): void {
    const now = performance.now();
    let expired = 0;
    for (const pending of this.#pending) {
      if (pending.deadlineAt > now) break;
      pending.reject(this.#deadlineError(pending));
      expired += 1;
    }
    if (expired > 0) this.#sender.dropSettled();
    if (this.#pending.size === 0) {
      clearInterval(this.#deadlineTimer);
      this.#deadlineTimer = undefined;
    }
  }

  /** Names what the brokers answered, if they did. */
  #deadlineError(pending: PendingSend): Error {
    const failure = this.#sender.failureOf(pending);
    if (failure instanceof KafkaRefusedError) return failure;
    return this.#unavailable(`nothing was acknowledged within ${this.#deadlineMs} ms`, failure);
  }

  #unavailable(what: string, cause?: unknown): KafkaUnavailableError {
    const brokers = this.#settings.brokers.join(', ');
    const message = `sending to Kafka at ${brokers}: ${what}; the record may be sent again`;
    return new KafkaUnavailableError(message, { cause });
  }
}
