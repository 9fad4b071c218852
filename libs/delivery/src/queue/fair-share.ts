// Many integrations share the attempts that a process may have in flight. While less than half of them are in use, any
// integration may have more. From half on, only those below their share may. The last quarter is for those below a
// quarter of their share: slow integrations leave room for fast ones, even while none of their attempts ends.

/** An integration counts as a sharer when it began an attempt within the last one to two windows. */
const WINDOW_MS = 5_000;

/** The attempts that integrations share. Times are milliseconds of a monotonic clock. */
export class FairShare<Sharer extends { readonly inFlight: number }> {
  private recent = new Set<Sharer>();
  private previous = new Set<Sharer>();
  private windowStart = Number.NEGATIVE_INFINITY;
  /** How many integrations are in either set. */
  private sharers = 0;

  /** `total` is the number of attempts that all integrations may have in flight together. */
  constructor(private readonly total: number) {}

  /** An integration begins an attempt. */
  started(sharer: Sharer, now: number): void {
    this.advance(now);
    if (this.recent.has(sharer)) return;
    this.recent.add(sharer);
    if (!this.previous.has(sharer)) this.sharers += 1;
  }

  /** Whether an integration may begin one more attempt while all together use `used`. One without any always may. */
  allows(sharer: Sharer, used: number, now: number): boolean {
    if (sharer.inFlight === 0 || used < this.total / 2) return true;
    this.advance(now);
    const shared = used < (this.total * 3) / 4 ? this.total : this.total / 4;
    // One share is kept for the next newcomer.
    return sharer.inFlight < shared / (this.sharers + 1);
  }

  private advance(now: number): void {
    if (now - this.windowStart < WINDOW_MS) return;
    this.windowStart = now;
    this.previous = this.recent;
    // An integration with long attempts begins few of them; it still counts.
    this.recent = new Set([...this.previous].filter(({ inFlight }) => inFlight > 0));
    this.sharers = this.previous.size;
  }
}
