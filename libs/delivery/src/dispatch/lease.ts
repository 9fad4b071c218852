// Whether this process still owns what it claimed. A renewal counts from the moment it was sent, on a monotonic clock. The
// lease ends here before another process may take over.

/** The right to work on claimed rows. A heartbeat renews it. */
export class Lease {
  private renewedAt = Number.NEGATIVE_INFINITY;
  private owned = false;
  private sweepRequired = false;

  constructor(
    private readonly options: {
      readonly beat: () => Promise<void>;
      readonly silenceSeconds: number;
      /** Called when the lease is lost: this process no longer owns what waits in memory. */
      readonly onLost: () => void;
    },
  ) {}

  /** Sends a heartbeat. */
  async renew(): Promise<void> {
    const sent = performance.now();
    await this.options.beat();
    // A lease that ended meanwhile is lost, also where nobody has asked for it: a late heartbeat does not bring it back.
    this.holds();
    this.renewedAt = sent;
  }

  /** Whether calls may start. Asked before each call. */
  holds(): boolean {
    if (this.owned && !this.hasRecentHeartbeat()) {
      this.owned = false;
      this.options.onLost();
    }
    return this.owned;
  }

  /** Whether this process may claim rows. Not while the ledger may hold claims of it that memory does not know. */
  mayClaim(): boolean {
    return this.holds() && !this.sweepRequired;
  }

  /** The result of a statement that claims is unknown: the ledger may hold claims that memory does not know. */
  requireSweep(): void {
    this.sweepRequired = true;
  }

  /** Whether the ledger may hold such claims. They must be freed before this process claims more rows. */
  needsSweep(): boolean {
    return this.hasRecentHeartbeat() && this.holds() && this.sweepRequired;
  }

  /** The ledger was swept: exactly the rows in memory are claimed. */
  swept(): void {
    this.sweepRequired = false;
    this.owned = this.hasRecentHeartbeat();
  }

  /** Whether the last heartbeat is recent enough. */
  hasRecentHeartbeat(): boolean {
    // A fifth less than other processes wait: the answer to a heartbeat and the start of a call take time too.
    return performance.now() - this.renewedAt < this.options.silenceSeconds * 800;
  }
}
