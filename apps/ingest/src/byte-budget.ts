// Bytes of request bodies in hand at once, so that a flood of large bodies is refused instead of filling the memory.

/** A budget of bytes. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes in hand. */
  get used(): number {
    return this.#used;
  }

  /** Takes bytes; false when they do not fit, and then nothing is taken. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
