// Whether this process still owns what it claimed. It counts from the moment a renewal was sent, on a clock that no one
// sets, and gives up earlier than others take over.

/** The right to work on claimed rows, kept by a heartbeat. */
export class Lease {
  private renewedAt = Number.NEGATIVE_INFINITY;
  private owned = false;
  private unclear = false;

  constructor(
    private readonly options: {
      readonly beat: () => Promise<void>;
      readonly silenceSeconds: number;
      /** Called when the right is lost: what waits in memory is no longer ours. */
      readonly onLost: () => void;
    },
  ) {}

  /** Sends a heartbeat. */
  async renew(): Promise<void> {
    const sent = performance.now();
    await this.options.beat();
    this.renewedAt = sent;
  }

  /** Asked before each call: may we? */
  holds(): boolean {
    if (this.owned && !this.isFresh()) {
      this.owned = false;
      this.options.onLost();
    }
    return this.owned;
  }

  /** May more be claimed? Not while rows may be claimed that memory knows nothing of. */
  mayClaim(): boolean {
    return this.holds() && !this.unclear;
  }

  /** A statement that claims ended unclearly: rows may be claimed that memory knows nothing of. */
  requireSweep(): void {
    this.unclear = true;
  }

  /** Whether rows may be claimed that memory knows nothing of: they have to be freed before going on. */
  needsSweep(): boolean {
    return this.isFresh() && this.holds() && this.unclear;
  }

  /** The ledger was swept: what is claimed is what memory knows. */
  settle(): void {
    this.unclear = false;
    this.owned = this.isFresh();
  }

  /** A heartbeat of ours is new enough. */
  isFresh(): boolean {
    // A fifth less than what others wait: the answer of a renewal and the start of a call take time too.
    return performance.now() - this.renewedAt < this.options.silenceSeconds * 800;
  }
}
