// The records of one assigned partition that are fetched and not finished, and the offset up to which it may be committed.
// kafkajs goes on fetching while handlers work; the buffer says when it holds enough.
import type { Topic } from '@switchboard/contracts';
import { footprint, type InRecord } from '../records.ts';
import { Watermark } from './watermark.ts';

/** One fetch of one partition. */
export interface Fetched {
  /** The offset from which was fetched; it may lie inside a batch that starts earlier. */
  readonly from: number;
  /** The offset of the next fetch. */
  readonly next: number;
  readonly highWatermark: number;
  readonly records: readonly InRecord[];
}

/** After so many records taken, the rest moves to the front of the array. */
const COMPACT_AT = 1024;

export class PartitionBuffer {
  readonly topic: Topic;
  /** The topic's name on the broker. */
  readonly name: string;
  readonly partition: number;
  /** Resolves when the handlers of this partition's previous buffer have finished: work here begins only then. */
  readonly predecessor: Promise<unknown>;
  /** The offset that the broker has confirmed. */
  committed = 0;
  /** Fetching is paused because the buffer is full. */
  full = false;
  #watermark: Watermark | undefined;
  #position = 0;
  #expected: number | undefined;
  #highWatermark = 0;
  #reportedLag = 0;
  #queue: InRecord[] = [];
  #head = 0;
  #bytes = 0;
  #working = 0;
  #onIdle: (() => void)[] = [];
  #lost = false;
  readonly #stop = new AbortController();
  // Read for every record; asking the signal would be slow.
  #stopped = false;

  constructor(topic: Topic, name: string, partition: number, predecessor: Promise<unknown>) {
    this.topic = topic;
    this.name = name;
    this.partition = partition;
    this.predecessor = predecessor;
  }

  /**
   * Adds the new records of a fetch. False when kafkajs has moved its position by itself (offset out of range): the records
   * there may differ from those known under these offsets, so the buffer must be replaced by a fresh one.
   */
  accept({ from, next, highWatermark, records }: Fetched): boolean {
    this.#watermark ??= this.#begin(from);
    // Only after a rebalance does kafkajs fetch again from the commit on; otherwise it goes on where it stopped.
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

  /** The expected position, when a fetch from here means that the broker no longer has the records between; else undefined. */
  positionBeforeGap(from: number): number | undefined {
    return this.#expected !== undefined && from > this.#expected ? this.#expected : undefined;
  }

  /**
   * True when the first fetch after a rejoin begins above everything that we can have committed: another member had the
   * partition in between. Finishing the records that are still here would set the group back.
   */
  overtaken(from: number): boolean {
    return this.#watermark !== undefined && this.#expected === undefined && from > this.committable;
  }

  /** The group was joined again with this partition kept: kafkajs has forgotten how far it had fetched. */
  rejoined(): void {
    this.#expected = undefined;
  }

  /** kafkajs has skipped control records, which are not for readers. */
  skippedTo(next: number): void {
    if (this.#expected === undefined || next <= this.#expected) return;
    this.#expected = next;
    this.#position = Math.max(this.#position, next);
    this.#watermark?.passTo(this.#position);
  }

  get committable(): number {
    return this.#watermark?.committable ?? 0;
  }

  /** Records not finished, fetched or not, as of the last fetch; undefined when it has not changed since the last call. */
  changedLag(): number | undefined {
    const lag = Math.max(0, this.#highWatermark - this.committable);
    if (lag === this.#reportedLag) return undefined;
    this.#reportedLag = lag;
    return lag;
  }

  /** Bytes and records accepted and not finished. */
  get load(): { readonly bytes: number; readonly records: number } {
    return { bytes: this.#bytes, records: this.#watermark?.unfinished ?? 0 };
  }

  /** Takes the next record. */
  takeNext(): InRecord | undefined {
    if (this.stopped) return undefined;
    const record = this.#queue[this.#head];
    if (record === undefined) return undefined;
    this.#head += 1;
    // A taken record that stayed in the array would keep the bytes of its whole fetch in memory.
    if (this.#head === this.#queue.length || this.#head === COMPACT_AT) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return record;
  }

  /** Takes the next records up to both limits, at least one if there is any. */
  takeChunk(maxRecords: number, maxBytes: number): InRecord[] {
    const chunk: InRecord[] = [];
    let bytes = 0;
    while (chunk.length < maxRecords) {
      const record = this.#queue[this.#head];
      if (record === undefined) break;
      bytes += footprint(record);
      if (chunk.length > 0 && bytes > maxBytes) break;
      const taken = this.takeNext();
      if (taken === undefined) break;
      chunk.push(taken);
    }
    return chunk;
  }

  /** The record needs no more work and may be committed. */
  finish(record: InRecord): void {
    if (this.#lost) return;
    this.#watermark?.finish(record.offset);
    this.#bytes -= footprint(record);
  }

  /** Marks that somebody works on records of this buffer, until the returned function is called. */
  beginWork(): () => void {
    this.#working += 1;
    return () => {
      this.#working -= 1;
      if (this.#working === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    };
  }

  /** Resolves when nobody works on records of this buffer. */
  idle(): Promise<void> {
    if (this.#working === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Resolves when nobody works on records of this buffer or of those before it. */
  get finished(): Promise<void> {
    return this.predecessor.then(() => this.idle());
  }

  /** Aborted when no new work may begin: the partition is lost, or the process drains. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Another member may own the partition and reads on from the last commit: results of this buffer no longer count. */
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
