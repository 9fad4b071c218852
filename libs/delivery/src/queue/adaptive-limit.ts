// How much of its limits an integration uses: half after each sign that the other side cannot keep up, then slowly more
// again. Additive increase and multiplicative decrease settle many callers at what one server can take.

/** From the least share back to all of it, in time with at least one success a second. */
const RECOVERY_MS = 60_000;

/** A stretch without a success longer than this proves nothing about the rest of it. */
const MAX_CREDIT_MS = 1_000;

const LEAST_SHARE = 1 / 16;

/**
 * The share of the limits in use. It never falls below 1/16, or 1/concurrency where that is less (one call at once), and
 * is back from there within 60 s of traffic, from a half in 30 s; with less than a success a second, after 60 (30)
 * successes. Times are milliseconds of a monotonic clock.
 */
export class AdaptiveLimit {
  private readonly least: number;
  private current = 1;
  private narrowedAt = Number.NEGATIVE_INFINITY;
  private widenedAt = Number.NEGATIVE_INFINITY;

  /** `concurrency` is the configured one. */
  constructor(concurrency: number) {
    this.least = Math.min(LEAST_SHARE, 1 / concurrency);
  }

  /** In (0, 1]. */
  get share(): number {
    return this.current;
  }

  /**
   * A call ended in a 429 or a timeout. One that started before the share was last halved was made at the old pace and
   * says nothing about the new one: so all the calls of one round trip count once.
   */
  narrow(startedAt: number, now: number): void {
    if (startedAt <= this.narrowedAt) return;
    this.current = Math.max(this.least, this.current / 2);
    this.narrowedAt = now;
    this.widenedAt = now;
  }

  /** A call was answered in time, and not by a 429. */
  widen(startedAt: number, now: number): void {
    if (this.current === 1 || startedAt <= this.narrowedAt) return;
    const credit = Math.min(now - this.widenedAt, MAX_CREDIT_MS);
    this.current = Math.min(1, this.current + credit / RECOVERY_MS);
    this.widenedAt = now;
  }
}
