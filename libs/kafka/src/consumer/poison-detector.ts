// Finds poison records: decides whether an error that nobody has classified is the fault of one record. Only other records
// can show it: they are handled while this one fails again and again.

/** A record that failed with an error which is not proven to be about it. */
export interface FailingRecord {
  /** When it first failed, by performance.now(). */
  readonly since: number;
  failures: number;
}

/** A poison record must have failed for so long. */
const MIN_FAILING_MS = 2000;
/** After a failure that a retry got past, others of its kind may follow for so long. */
const RECOVERED_MS = 60_000;
/** Where failures recover all the time, a record that never does is poison after so long. */
const NEVER_RECOVERED_MS = 600_000;

/** What the handler of one topic has shown so far. */
export class PoisonDetector {
  readonly #maxAttempts: number;
  #handledAt = Number.NEGATIVE_INFINITY;
  #recoveredAt = Number.NEGATIVE_INFINITY;

  constructor(maxAttempts: number) {
    this.#maxAttempts = maxAttempts;
  }

  /** Records were handled that had not failed before. */
  handled(): void {
    this.#handledAt = performance.now();
  }

  /** A retry succeeded: the failure was not the record's fault. */
  recovered(): void {
    this.#recoveredAt = performance.now();
    this.#handledAt = this.#recoveredAt;
  }

  /**
   * True when the record is proven to be at fault: others were handled since it first failed, and either no failure has
   * recovered lately, or this record has failed for very long.
   */
  isPoison({ since, failures }: FailingRecord): boolean {
    const now = performance.now();
    return (
      failures >= this.#maxAttempts &&
      now - since >= MIN_FAILING_MS &&
      this.#handledAt > since &&
      (now - this.#recoveredAt > RECOVERED_MS || now - since > NEVER_RECOVERED_MS)
    );
  }
}
