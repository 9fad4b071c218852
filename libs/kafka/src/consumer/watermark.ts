// The offset up to which a partition may be committed when records finish out of order. A Kafka commit is one number that
// covers everything below it, so it must never pass a record that is still being processed.

export class Watermark {
  // Accepted offsets in order; those before #head are finished and committable.
  #open: number[] = [];
  #head = 0;
  readonly #finished = new Set<number>();
  #end: number;

  /** @param start the first offset that is not known to be done */
  constructor(start: number) {
    this.#end = start;
  }

  /** Everything below this offset is finished. */
  get committable(): number {
    return this.#open[this.#head] ?? this.#end;
  }

  /** The number of accepted records that are not finished. */
  get unfinished(): number {
    return this.#open.length - this.#head - this.#finished.size;
  }

  /** Accepts a record. Offsets must rise; gaps are records that do not exist (compaction, control records). */
  take(offset: number): void {
    if (offset < this.#end) throw new RangeError(`accepting offset ${offset}: it is below ${this.#end}`);
    this.#open.push(offset);
    this.#end = offset + 1;
  }

  /** No records exist below `end` but the accepted ones. */
  passTo(end: number): void {
    if (end > this.#end) this.#end = end;
  }

  /** An accepted record needs no more work. */
  finish(offset: number): void {
    if (offset !== this.#open[this.#head]) {
      this.#finished.add(offset);
      return;
    }
    this.#head += 1;
    while (this.#head < this.#open.length && this.#finished.delete(this.#open[this.#head] ?? -1))
      this.#head += 1;
    // Finished offsets are dropped in groups: dropping each at once would cost a copy per record.
    if (this.#head > 1024 && this.#head * 2 > this.#open.length) {
      this.#open = this.#open.slice(this.#head);
      this.#head = 0;
    }
  }
}
