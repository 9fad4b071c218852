// Many integrations share the calls of a process. While few are under way anybody may have more; when half are taken, only
// those may that have less than their share, and the last quarter is for those that have a quarter of a share: slow ones
// leave room for quick ones, also while nothing of theirs ends.

/** Who counts as one of the sharers: it had a call under way so long ago at most, twice that at times. */
const WINDOW_MS = 5_000;

/** The calls that integrations share. Times are milliseconds of a monotonic clock. */
export class FairShare<Sharer extends { readonly calls: number }> {
  private recent = new Set<Sharer>();
  private before = new Set<Sharer>();
  private since = Number.NEGATIVE_INFINITY;
  /** In either of the two. */
  private sharers = 0;

  constructor(
    /** What all have together. */
    private readonly whole: number,
  ) {}

  /** One of them begins a call. */
  started(sharer: Sharer, now: number): void {
    this.turn(now);
    if (this.recent.has(sharer)) return;
    this.recent.add(sharer);
    if (!this.before.has(sharer)) this.sharers += 1;
  }

  /** Whether it may have one more, while so many are taken by all. Whoever has none may always. */
  allows(sharer: Sharer, taken: number, now: number): boolean {
    if (sharer.calls === 0 || taken < this.whole / 2) return true;
    this.turn(now);
    const shared = taken < (this.whole * 3) / 4 ? this.whole : this.whole / 4;
    // One share is kept for whoever comes next.
    return sharer.calls < shared / (this.sharers + 1);
  }

  private turn(now: number): void {
    if (now - this.since < WINDOW_MS) return;
    this.since = now;
    this.before = this.recent;
    // Calls that take long are begun seldom.
    this.recent = new Set([...this.before].filter(({ calls }) => calls > 0));
    this.sharers = this.before.size;
  }
}
