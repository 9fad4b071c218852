// Processes records: calls the handler, waits and retries, settles. Nothing that a handler throws gets past here, because
// an error that reaches kafkajs stops the consumer or makes it repeat one batch for ever. A failure counts as an
// infrastructure failure, and is retried, until it is proven to be the record's fault: by its class (RecordError), or
// because other records are handled meanwhile (poison-detector.ts).
import type { Logger } from '@switchboard/contracts';
import type { KafkaProducer } from '../producer/producer.ts';
import type { InRecord } from '../records.ts';
import type { HandlerCall, HandlerFailure } from './call-handler.ts';
import { checkRecord } from './check-record.ts';
import type { RecordHandler } from './handler.ts';
import { HandlerCalls } from './handler-calls.ts';
import type { ConsumerObserver } from './observer.ts';
import { dead, type Outcome } from './outcome.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import { type PauseOfPartition, Pauses } from './pauses.ts';
import { type FailingRecord, PoisonDetector } from './poison-detector.ts';
import { type RecordResult, RecordSettler } from './record-settler.ts';

export interface RecordProcessorOptions {
  /** Name of the service, for the dead letters it writes. */
  readonly stage: string;
  readonly group: string;
  /** How often, at least, a record must have failed before it can be proven to be at fault. */
  readonly maxAttempts: number;
  readonly producer: KafkaProducer;
  readonly observer: ConsumerObserver;
  readonly logger: Logger;
}

/** Returns the outcome of a record that must not reach the handler. */
type RecordCheck = (record: InRecord) => Outcome | undefined;

/** How failing records are processed one by one. */
interface SingleOptions {
  readonly check: RecordCheck;
  /** Takes another record of the partition, to see whether it fails as well. */
  readonly takeAnother: () => InRecord | undefined;
  /** Gets the promise of each pause, and resolves as it does. */
  readonly whilePaused: (pause: Promise<boolean>) => Promise<boolean>;
}

export class RecordProcessor {
  readonly #options: RecordProcessorOptions;
  readonly #pauses: Pauses;
  readonly #calls: HandlerCalls;
  readonly #settler: RecordSettler;
  /** By the topic's name on the broker. */
  readonly #detectors = new Map<string, PoisonDetector>();
  #progressedAt = performance.now();

  constructor(options: RecordProcessorOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.observer, options.logger);
    this.#calls = new HandlerCalls(this.#pauses, options.observer);
    this.#settler = new RecordSettler(options, this.#pauses);
  }

  /** How long the longest handler call in progress has been running. */
  get longestCallMs(): number {
    return this.#calls.longestMs;
  }

  /** The pause that has lasted longest; undefined when no record is paused. */
  get longestPause(): PauseOfPartition | undefined {
    return this.#pauses.longest;
  }

  /** When records were last finished, by performance.now(). */
  get progressedAt(): number {
    return this.#progressedAt;
  }

  /**
   * Settles a chunk of one partition, in order per key. Records that are not finished on return belong to a partition that
   * stopped: they are not committed and will be read again.
   */
  async processChunk(
    buffer: PartitionBuffer,
    records: readonly InRecord[],
    call: HandlerCall,
    check: RecordCheck,
  ): Promise<void> {
    const results: RecordResult[] = [];
    const valid: InRecord[] = [];
    for (const record of records) {
      const outcome = check(record);
      if (outcome === undefined) valid.push(record);
      else results.push({ record, outcome, attempts: 0 });
    }
    if (valid.length > 0) {
      const called = await this.#calls.call(buffer, valid, call);
      if (called === undefined) return;
      if ('failure' in called) {
        const single: SingleOptions = {
          check,
          takeAnother: () => buffer.takeNext(),
          whilePaused: (pause) => pause,
        };
        return this.#processSingly(buffer, records, call, single, called.failure);
      }
      valid.forEach((record, index) => {
        const outcome = called.outcomes[index];
        if (outcome) results.push({ record, outcome, attempts: 1 });
      });
      this.#detector(buffer).handled();
    }
    await this.#settle(buffer, results);
  }

  /**
   * Settles one record of a RecordHandler. Records of other keys go on meanwhile; the caller calls this for each of them.
   * It does what processChunk() does, without the overhead of chunks.
   */
  async processRecord(
    buffer: PartitionBuffer,
    record: InRecord,
    handler: RecordHandler['handle'],
    whilePaused: SingleOptions['whilePaused'],
  ): Promise<void> {
    const call: HandlerCall = async () => [await handler(record)];
    const single: SingleOptions = { check: checkRecord, takeAnother: () => undefined, whilePaused };
    if (checkRecord(record) !== undefined) return this.#processSingly(buffer, [record], call, single);
    const called = await this.#calls.call(buffer, [record], call);
    if (called === undefined) return;
    if ('failure' in called) return this.#processSingly(buffer, [record], call, single, called.failure);
    this.#detector(buffer).handled();
    const [outcome] = called.outcomes;
    if (outcome?.kind === 'done') {
      this.#progressedAt = performance.now();
      buffer.finish(record);
    } else if (outcome) await this.#settle(buffer, [{ record, outcome, attempts: 1 }]);
  }

  /**
   * Processes records one by one after they failed together. A failing record holds back only the records of its key, until
   * it is proven whose fault the failure is. After each failure comes a pause, which grows until a record is handled.
   * @param failure if there is only one record, that of its first call
   */
  async #processSingly(
    buffer: PartitionBuffer,
    records: readonly InRecord[],
    call: HandlerCall,
    { check, takeAnother, whilePaused }: SingleOptions,
    failure?: HandlerFailure,
  ): Promise<void> {
    const open = new Set(records);
    const failing = new Map<InRecord, FailingRecord>();
    let knownFailure = records.length === 1 ? failure : undefined;
    let failuresInARow = 0;
    let noneFailed = true;
    while (open.size > 0) {
      const heldKeys = new Set<string>();
      for (const record of open) {
        const key = record.key?.toString('latin1');
        if (key !== undefined && heldKeys.has(key)) continue;
        const invalid = check(record);
        const result = invalid
          ? { record, outcome: invalid, attempts: 0 }
          : await this.#attempt(buffer, record, call, failing, knownFailure);
        knownFailure = undefined;
        if (result === undefined) return;
        if ('outcome' in result) {
          if (result.attempts > 0 && result.error === undefined) failuresInARow = 0;
          if (!(await this.#settle(buffer, [result]))) return;
          this.#pauses.resume(buffer, record);
          open.delete(record);
          continue;
        }
        noneFailed = false;
        if (key !== undefined) heldKeys.add(key);
        const pause = this.#pauses.pause(buffer, record, failuresInARow, result.code, result.error);
        if (!(await whilePaused(pause))) return;
        failuresInARow += 1;
      }
      const another = open.size > 0 ? takeAnother() : undefined;
      if (another !== undefined) open.add(another);
    }
    // They failed together but none failed alone: no record was at fault.
    if (noneFailed && records.length > 1 && failure?.kind === 'unknown') this.#detector(buffer).recovered();
  }

  /**
   * Calls the handler with one record. Returns its result, or a failure that is not proven to be its fault; undefined when
   * the partition stopped.
   */
  async #attempt(
    buffer: PartitionBuffer,
    record: InRecord,
    call: HandlerCall,
    failing: Map<InRecord, FailingRecord>,
    knownFailure: HandlerFailure | undefined,
  ): Promise<RecordResult | HandlerFailure | undefined> {
    const detector = this.#detector(buffer);
    const known = failing.get(record);
    const called = knownFailure ? { failure: knownFailure } : await this.#calls.call(buffer, [record], call);
    if (called === undefined) return undefined;
    const failures = known?.failures ?? 0;
    if ('outcomes' in called) {
      const [outcome] = called.outcomes;
      if (known) detector.recovered();
      else detector.handled();
      return { record, outcome: outcome as Outcome, attempts: failures + 1 };
    }
    const { failure } = called;
    if (failure.kind === 'record') {
      const outcome = dead(failure.code, 'the handler says that it can never be processed');
      return { record, outcome, attempts: failures + 1, error: failure.error };
    }
    const now = known ?? { since: performance.now(), failures: 0 };
    now.failures += 1;
    failing.set(record, now);
    if (!detector.isPoison(now)) return failure;
    const outcome = dead('HANDLER_FAILED', 'the handler failed each time while it handled other records');
    return { record, outcome, attempts: now.failures, error: failure.error };
  }

  async #settle(buffer: PartitionBuffer, results: readonly RecordResult[]): Promise<boolean> {
    const settled = await this.#settler.settle(buffer, results);
    if (settled) this.#progressedAt = performance.now();
    return settled;
  }

  #detector({ name }: PartitionBuffer): PoisonDetector {
    const detector = this.#detectors.get(name) ?? new PoisonDetector(this.#options.maxAttempts);
    this.#detectors.set(name, detector);
    return detector;
  }
}
