// What the owner of an integration knows about its rows that wait in the ledger, outside memory. It decides whether a new
// row may be claimed as it is written, and which integrations the ledger is asked about.

/** The rows of one integration that wait in the ledger, as far as its owner knows. */
export class Backlog {
  /** `due`: unclaimed rows wait and may be due. This is assumed until the ledger has answered. */
  state: 'none' | 'later' | 'due' = 'due';
  /** Counts what may have left rows unclaimed. The ledger's answer to an older question is then not believed. */
  invalidations = 0;
  /** The ledger has answered, and nothing has happened since that may have changed the answer. */
  isKnown = false;

  /** A statement that has just ended may have left rows unclaimed that are due now. */
  invalidate(): void {
    this.state = 'due';
    this.invalidations += 1;
    this.isKnown = false;
  }

  /**
   * Rows went back to the ledger and are due at a time that the ledger knows. New rows of other keys may still be claimed:
   * the ledger decides for each key.
   */
  rowsReturned(): void {
    if (this.state === 'none') this.state = 'later';
    this.invalidations += 1;
    this.isKnown = false;
  }

  /**
   * The ledger answered: the first row is due in so many seconds, or none waits (undefined). `invalidations` is the count
   * at the time of the question. That nothing is due is believed only when the count has not changed.
   */
  answered(dueSeconds: number | undefined, invalidations: number): void {
    if (dueSeconds !== undefined && dueSeconds <= 0) {
      this.state = 'due';
      this.isKnown = false;
    } else if (this.invalidations === invalidations) {
      this.state = dueSeconds === undefined ? 'none' : 'later';
      this.isKnown = true;
    }
  }
}
