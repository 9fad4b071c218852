// How handlers are fed from lanes: whole chunks of a partition in order, or single records, keys side by side.
import type { Topic } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { refusal } from './admit.ts';
import type { Attempts } from './attempts.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { Lane } from './lane.ts';
import type { ConsumerObserver } from './observer.ts';
import type { Outcome } from './outcome.ts';

/** Takes a partition's records in chunks: one chunk per partition at a time, partitions side by side. */
export interface RecordsHandler {
  readonly kind: 'records';
  readonly topic: Topic;
  /** Returns one outcome per record. */
  readonly handle: (records: readonly InRecord[]) => Promise<readonly Outcome[]>;
  /** Most records in a chunk; default 500. */
  readonly maxRecords?: number;
  /** Most bytes in a chunk of more than one record; default 1 MiB. */
  readonly maxBytes?: number;
  /** Takes what is no event too; default: that is a dead letter before it gets there. */
  readonly anything?: boolean;
}

/** Takes records singly: those of one key in order, different keys side by side. */
export interface RecordHandler {
  readonly kind: 'record';
  readonly topic: Topic;
  readonly handle: (record: InRecord) => Promise<Outcome>;
  /** Most calls at a time in this process; default 16. */
  readonly concurrency?: number;
}

export type Handler = RecordsHandler | RecordHandler;

export interface WorkOptions {
  readonly attempts: Attempts;
  readonly observer: ConsumerObserver;
  /** Records of the lane were finished. */
  readonly onProgress: (lane: Lane) => void;
  /** A mistake in this library: nothing may go on unseen. */
  readonly onFatal: (error: Error) => void;
}

/** Works on lanes; wake() says that a lane has records. */
export interface Work {
  wake(lane: Lane): void;
}

export function workFor(handler: Handler, options: WorkOptions): Work {
  return handler.kind === 'records' ? new ChunkWork(handler, options) : new RecordWork(handler, options);
}

class ChunkWork implements Work {
  readonly #handler: RecordsHandler;
  readonly #options: WorkOptions;
  readonly #running = new Set<Lane>();

  constructor(handler: RecordsHandler, options: WorkOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  wake(lane: Lane): void {
    if (this.#running.has(lane)) return;
    this.#running.add(lane);
    this.#run(lane).catch(this.#options.onFatal);
  }

  async #run(lane: Lane): Promise<void> {
    const { handle, maxRecords = 500, maxBytes = 1024 * 1024, anything = false } = this.#handler;
    const { attempts, observer, onProgress } = this.#options;
    const release = lane.work();
    try {
      await lane.after;
      for (;;) {
        const chunk = lane.chunk(maxRecords, maxBytes);
        if (chunk.length === 0) return;
        observer.batch(lane.topic.name, chunk.length);
        await attempts.handle(lane, chunk, handle, anything ? () => undefined : refusal);
        onProgress(lane);
      }
    } finally {
      this.#running.delete(lane);
      release();
    }
  }
}

const CONCURRENCY = 16;
/** Most places that are lent, in multiples of the concurrency: when everything fails, not everything is tried. */
const LENT = 4;

class RecordWork implements Work {
  readonly #handler: RecordHandler;
  readonly #options: WorkOptions;
  readonly #queues = new Map<Lane, KeyedQueue>();
  #running = 0;
  /** Records that wait and have lent their places. */
  #lent = 0;

  constructor(handler: RecordHandler, options: WorkOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  wake(lane: Lane): void {
    if (this.#queues.has(lane)) this.#pump();
    else void lane.after.then(() => this.#open(lane));
  }

  #open(lane: Lane): void {
    if (!this.#queues.has(lane)) this.#queues.set(lane, new KeyedQueue(() => lane.next()));
    this.#pump();
  }

  #pump(): void {
    while (this.#running < (this.#handler.concurrency ?? CONCURRENCY)) {
      const taken = this.#take();
      if (taken === undefined) return;
      this.#running += 1;
      this.#run(...taken).catch(this.#options.onFatal);
    }
  }

  /** Lanes take turns: the one served goes to the end. */
  #take(): [Lane, KeyedQueue, InRecord] | undefined {
    for (const [lane, queue] of this.#queues) {
      if (lane.stopped) {
        this.#queues.delete(lane);
        continue;
      }
      const record = queue.take();
      if (record === undefined) continue;
      this.#queues.delete(lane);
      this.#queues.set(lane, queue);
      return [lane, queue, record];
    }
    return undefined;
  }

  /** The place of a record that waits goes to others meanwhile: they show whether they fail as well. */
  async #lend(pause: Promise<boolean>): Promise<boolean> {
    const { concurrency = CONCURRENCY } = this.#handler;
    if (this.#lent >= LENT * concurrency) return pause;
    this.#lent += 1;
    this.#running -= 1;
    this.#pump();
    try {
      return await pause;
    } finally {
      this.#lent -= 1;
      this.#running += 1;
    }
  }

  async #run(lane: Lane, queue: KeyedQueue, record: InRecord): Promise<void> {
    const { attempts, onProgress } = this.#options;
    const release = lane.work();
    try {
      await attempts.one(lane, record, this.#handler.handle, (pause) => this.#lend(pause));
      queue.release(record);
      onProgress(lane);
    } finally {
      this.#running -= 1;
      release();
    }
    this.#pump();
  }
}
