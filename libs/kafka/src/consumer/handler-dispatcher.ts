// Feeds handlers from partition buffers: whole chunks of a partition in order, or single records with keys in parallel.
import type { InRecord } from '../records.ts';
import { checkRecord } from './check-record.ts';
import type { Handler, RecordHandler, RecordsHandler } from './handler.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { ConsumerObserver } from './observer.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import type { RecordProcessor } from './record-processor.ts';

export interface HandlerDispatcherOptions {
  readonly processor: RecordProcessor;
  readonly observer: ConsumerObserver;
  /** Records of the buffer were finished. */
  readonly onProgress: (buffer: PartitionBuffer) => void;
  /** A mistake in this library: the consumer must not go on. */
  readonly onFatal: (error: Error) => void;
}

export interface HandlerDispatcher {
  /** The buffer has records. */
  wake(buffer: PartitionBuffer): void;
}

export function createHandlerDispatcher(
  handler: Handler,
  options: HandlerDispatcherOptions,
): HandlerDispatcher {
  return handler.kind === 'records'
    ? new ChunkDispatcher(handler, options)
    : new RecordDispatcher(handler, options);
}

class ChunkDispatcher implements HandlerDispatcher {
  readonly #handler: RecordsHandler;
  readonly #options: HandlerDispatcherOptions;
  readonly #running = new Set<PartitionBuffer>();

  constructor(handler: RecordsHandler, options: HandlerDispatcherOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  wake(buffer: PartitionBuffer): void {
    if (this.#running.has(buffer)) return;
    this.#running.add(buffer);
    this.#run(buffer).catch(this.#options.onFatal);
  }

  async #run(buffer: PartitionBuffer): Promise<void> {
    const { handle, maxRecords = 500, maxBytes = 1024 * 1024, acceptsAnyRecord = false } = this.#handler;
    const { processor, observer, onProgress } = this.#options;
    const endWork = buffer.beginWork();
    try {
      await buffer.predecessor;
      for (;;) {
        const chunk = buffer.takeChunk(maxRecords, maxBytes);
        if (chunk.length === 0) return;
        observer.batch(buffer.topic.name, chunk.length);
        await processor.processChunk(buffer, chunk, handle, acceptsAnyRecord ? () => undefined : checkRecord);
        onProgress(buffer);
      }
    } finally {
      this.#running.delete(buffer);
      endWork();
    }
  }
}

const CONCURRENCY = 16;
/** Limit of lent slots, in multiples of the concurrency: when everything fails, not every record is tried. */
const MAX_LENT_FACTOR = 4;

class RecordDispatcher implements HandlerDispatcher {
  readonly #handler: RecordHandler;
  readonly #options: HandlerDispatcherOptions;
  readonly #queues = new Map<PartitionBuffer, KeyedQueue>();
  #running = 0;
  /** Paused records that have lent their slots to others. */
  #lent = 0;

  constructor(handler: RecordHandler, options: HandlerDispatcherOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  wake(buffer: PartitionBuffer): void {
    if (this.#queues.has(buffer)) this.#dispatch();
    else void buffer.predecessor.then(() => this.#open(buffer));
  }

  #open(buffer: PartitionBuffer): void {
    if (!this.#queues.has(buffer)) this.#queues.set(buffer, new KeyedQueue(() => buffer.takeNext()));
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#running < (this.#handler.concurrency ?? CONCURRENCY)) {
      const taken = this.#take();
      if (taken === undefined) return;
      this.#running += 1;
      this.#run(...taken).catch(this.#options.onFatal);
    }
  }

  /** Partitions take turns: the one just served goes to the end. */
  #take(): [PartitionBuffer, KeyedQueue, InRecord] | undefined {
    for (const [buffer, queue] of this.#queues) {
      if (buffer.stopped) {
        this.#queues.delete(buffer);
        continue;
      }
      const record = queue.take();
      if (record === undefined) continue;
      this.#queues.delete(buffer);
      this.#queues.set(buffer, queue);
      return [buffer, queue, record];
    }
    return undefined;
  }

  /** Lends the slot of a paused record to other records meanwhile: they show whether they fail as well. */
  async #lendSlot(pause: Promise<boolean>): Promise<boolean> {
    const { concurrency = CONCURRENCY } = this.#handler;
    if (this.#lent >= MAX_LENT_FACTOR * concurrency) return pause;
    this.#lent += 1;
    this.#running -= 1;
    this.#dispatch();
    try {
      return await pause;
    } finally {
      this.#lent -= 1;
      this.#running += 1;
    }
  }

  async #run(buffer: PartitionBuffer, queue: KeyedQueue, record: InRecord): Promise<void> {
    const { processor, onProgress } = this.#options;
    const endWork = buffer.beginWork();
    try {
      await processor.processRecord(buffer, record, this.#handler.handle, (pause) => this.#lendSlot(pause));
      queue.release(record);
      onProgress(buffer);
    } finally {
      this.#running -= 1;
      endWork();
    }
    this.#dispatch();
  }
}
