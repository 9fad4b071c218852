// One owned partition: what was fetched and is not finished, and how far it may be committed. kafkajs fetches on while
// handlers work; the lane says when it holds enough.
import type { Topic } from '@switchboard/contracts';
import { footprint, type InRecord } from '../records.ts';
import { Watermark } from './watermark.ts';

/** What kafkajs fetched from one partition. */
export interface Fetched {
  /** Where the fetch began; it may begin inside a batch that starts earlier. */
  readonly from: number;
  /** Where the next fetch begins. */
  readonly next: number;
  readonly highWatermark: number;
  readonly records: readonly InRecord[];
}

/** So many records given out before the rest moves to the front. */
const COMPACT_AT = 1024;

export class Lane {
  readonly topic: Topic;
  /** The topic's name on the broker. */
  readonly name: string;
  readonly partition: number;
  /** Handlers of this partition's former lane may still be at work: this one begins after them. */
  readonly after: Promise<unknown>;
  /** What the broker has confirmed. */
  committed = 0;
  /** Fetching is paused because the lane is full. */
  full = false;
  #watermark: Watermark | undefined;
  #position = 0;
  #expected: number | undefined;
  #highWatermark = 0;
  #toldLag = 0;
  #queue: InRecord[] = [];
  #head = 0;
  #bytes = 0;
  #working = 0;
  #whenIdle: (() => void)[] = [];
  #lost = false;
  readonly #stop = new AbortController();
  // Asked for with every record, where a signal would be slow to answer.
  #stopped = false;

  constructor(topic: Topic, name: string, partition: number, after: Promise<unknown>) {
    this.topic = topic;
    this.name = name;
    this.partition = partition;
    this.after = after;
  }

  /**
   * Takes in what is new of a fetch. False when kafkajs has moved its position by itself (offset out of range) to
   * records that may be others than those known under these offsets: the lane must be given up for a fresh one.
   */
  accept({ from, next, highWatermark, records }: Fetched): boolean {
    this.#watermark ??= this.#begin(from);
    // After a rebalance kafkajs fetches again from the commit on; otherwise only from where it stopped.
    if (from < (this.#expected ?? this.committed)) return false;
    this.#expected = next;
    this.#highWatermark = highWatermark;
    for (const record of records) {
      const { offset } = record;
      if (offset < this.#position) continue;
      this.#watermark.take(offset);
      this.#queue.push(record);
      this.#bytes += footprint(record);
    }
    this.#position = Math.max(this.#position, next);
    this.#watermark.passTo(this.#position);
    return true;
  }

  #begin(from: number): Watermark {
    this.committed = from;
    this.#position = from;
    return new Watermark(from);
  }

  /** Where reading stood when a fetch from here means that records between were skipped, which the broker no longer has. */
  skipped(from: number): number | undefined {
    return this.#expected !== undefined && from > this.#expected ? this.#expected : undefined;
  }

  /**
   * True when the first fetch after a rejoin begins behind everything that we can have committed: another member had the
   * partition in between. Finishing what is still here would take the group back.
   */
  overtaken(from: number): boolean {
    return this.#watermark !== undefined && this.#expected === undefined && from > this.committable;
  }

  /** The group was joined again and this partition kept: kafkajs has forgotten how far it had fetched. */
  rejoined(): void {
    this.#expected = undefined;
  }

  /** kafkajs passed over records that are not for readers (control records). */
  passed(next: number): void {
    if (this.#expected === undefined || next <= this.#expected) return;
    this.#expected = next;
    this.#position = Math.max(this.#position, next);
    this.#watermark?.passTo(this.#position);
  }

  get committable(): number {
    return this.#watermark?.committable ?? 0;
  }

  /** Records above the watermark, fetched or not, as far as the last fetch knew; undefined when told already. */
  newLag(): number | undefined {
    const lag = Math.max(0, this.#highWatermark - this.committable);
    if (lag === this.#toldLag) return undefined;
    this.#toldLag = lag;
    return lag;
  }

  /** Bytes and records taken in and not finished. */
  get load(): { readonly bytes: number; readonly records: number } {
    return { bytes: this.#bytes, records: this.#watermark?.unfinished ?? 0 };
  }

  /** The next record nobody works on yet. */
  next(): InRecord | undefined {
    if (this.stopped) return undefined;
    const record = this.#queue[this.#head];
    if (record === undefined) return undefined;
    this.#head += 1;
    // A record that stayed here would keep the bytes of its whole fetch.
    if (this.#head === this.#queue.length || this.#head === COMPACT_AT) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return record;
  }

  /** The next records up to both limits, at least one if there is any. */
  chunk(maxRecords: number, maxBytes: number): InRecord[] {
    const chunk: InRecord[] = [];
    let bytes = 0;
    while (chunk.length < maxRecords) {
      const record = this.#queue[this.#head];
      if (record === undefined) break;
      bytes += footprint(record);
      if (chunk.length > 0 && bytes > maxBytes) break;
      const taken = this.next();
      if (taken === undefined) break;
      chunk.push(taken);
    }
    return chunk;
  }

  finish(record: InRecord): void {
    if (this.#lost) return;
    this.#watermark?.finish(record.offset);
    this.#bytes -= footprint(record);
  }

  /** Somebody works on records of this lane until the returned function is called. */
  work(): () => void {
    this.#working += 1;
    return () => {
      this.#working -= 1;
      if (this.#working === 0) for (const tell of this.#whenIdle.splice(0)) tell();
    };
  }

  /** Resolves when nobody works on records of this lane. */
  idle(): Promise<void> {
    if (this.#working === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Resolves when nobody works here, nor on the lanes before this one. */
  get finished(): Promise<void> {
    return this.after.then(() => this.idle());
  }

  /** Aborted when nothing new may be begun: the partition is lost, or the process drains. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The partition is another's, who reads on from the last commit: what happens here counts no more. */
  get lost(): boolean {
    return this.#lost;
  }

  stop(): void {
    this.#stopped = true;
    this.#stop.abort();
  }

  lose(): void {
    this.#lost = true;
    this.stop();
    this.#queue = [];
    this.#head = 0;
  }
}
