// The part of its limits that an integration uses: half after each sign of overload, then slowly more again. Additive
// increase and multiplicative decrease let many callers settle at what one server can take.

/** Time from the least share back to the whole, with at least one success a second. */
const RECOVERY_MS = 60_000;

/** A success counts for at most so much time: a longer gap proves nothing. */
const MAX_CREDIT_MS = 1_000;

const LEAST_SHARE = 1 / 16;

/**
 * The share of the limits in use. It is at least 1/16, or 1/concurrency when that is less (one attempt at a time). It returns
 * from there to 1 within 60 s of traffic, and from a half within 30 s. With less than one success a second it takes 60
 * (30) successes. Times are milliseconds of a monotonic clock.
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
   * An attempt ended in a 429 or a timeout. One that began before the share was last halved was made at the old rate and
   * says nothing about the new one. So all attempts of one round trip count once.
   */
  narrow(startedAt: number, now: number): void {
    if (startedAt <= this.narrowedAt) return;
    this.current = Math.max(this.least, this.current / 2);
    this.narrowedAt = now;
    this.widenedAt = now;
  }

  /** An attempt was answered in time, and not by a 429. */
  widen(startedAt: number, now: number): void {
    if (this.current === 1 || startedAt <= this.narrowedAt) return;
    const credit = Math.min(now - this.widenedAt, MAX_CREDIT_MS);
    this.current = Math.min(1, this.current + credit / RECOVERY_MS);
    this.widenedAt = now;
  }
}
