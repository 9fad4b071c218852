// Limits the bytes of request bodies in memory, so that a flood of large bodies is refused and does not fill the memory.

export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes in memory now. */
  get used(): number {
    return this.#used;
  }

  /** Takes bytes. When they do not fit, it takes none and returns false. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}
