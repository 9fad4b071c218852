// How far a partition may be committed when records finish out of order. A Kafka commit is one number that claims
// everything below it, so it may never pass a record that is still being worked on.

export class Watermark {
  // Offsets taken in and not yet claimed, in order; those before #head are claimed.
  #open: number[] = [];
  #head = 0;
  readonly #finished = new Set<number>();
  #end: number;

  /** @param start the first offset that is not known to be done */
  constructor(start: number) {
    this.#end = start;
  }

  /** Everything below is finished: what may be committed. */
  get committable(): number {
    return this.#open[this.#head] ?? this.#end;
  }

  /** How many records are taken in and not finished. */
  get unfinished(): number {
    return this.#open.length - this.#head - this.#finished.size;
  }

  /** A record is taken in. Offsets must rise; gaps are records that do not exist (compaction, control records). */
  take(offset: number): void {
    if (offset < this.#end) throw new RangeError(`taking in offset ${offset}: it is below ${this.#end}`);
    this.#open.push(offset);
    this.#end = offset + 1;
  }

  /** Nothing more exists below `end` than what was taken in. */
  passTo(end: number): void {
    if (end > this.#end) this.#end = end;
  }

  /** A record that was taken in needs no more work. */
  finish(offset: number): void {
    if (offset !== this.#open[this.#head]) {
      this.#finished.add(offset);
      return;
    }
    this.#head += 1;
    while (this.#head < this.#open.length && this.#finished.delete(this.#open[this.#head] ?? -1))
      this.#head += 1;
    // Claimed offsets are dropped now and then: each time would cost a copy per record.
    if (this.#head > 1024 && this.#head * 2 > this.#open.length) {
      this.#open = this.#open.slice(this.#head);
      this.#head = 0;
    }
  }
}
