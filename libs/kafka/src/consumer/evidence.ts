// Whether an error that nobody has classified is one record's own or everybody's. Only other records can tell: they are
// handled while this one fails, again and again.

/** A record that failed with an error which is not proven to be about it. */
export interface Suspect {
  /** When it failed first, by performance.now(). */
  readonly since: number;
  failures: number;
}

/** A record must have failed for so long. */
const PROOF_MS = 2000;
/** A failure that went away by itself was nobody's record's; others of its kind may follow for a while. */
const HEALED_MS = 60_000;
/** Where failures heal all the time, a record that never did is at fault after so long. */
const NEVER_HEALED_MS = 600_000;

/** What the handler of one topic has shown. */
export class Evidence {
  readonly #maxAttempts: number;
  #handledAt = Number.NEGATIVE_INFINITY;
  #healedAt = Number.NEGATIVE_INFINITY;

  constructor(maxAttempts: number) {
    this.#maxAttempts = maxAttempts;
  }

  /** Records were handled, none of them a suspect. */
  handled(): void {
    this.#handledAt = performance.now();
  }

  /** What had failed went through when it was repeated: it was not the record. */
  healed(): void {
    this.#healedAt = performance.now();
    this.#handledAt = this.#healedAt;
  }

  /**
   * True when it is proven that the record is at fault: others were handled since it failed first, and no failure healed
   * lately, or this record never healed for a long time.
   */
  isAgainst({ since, failures }: Suspect): boolean {
    const now = performance.now();
    return (
      failures >= this.#maxAttempts &&
      now - since >= PROOF_MS &&
      this.#handledAt > since &&
      (now - this.#healedAt > HEALED_MS || now - since > NEVER_HEALED_MS)
    );
  }
}
