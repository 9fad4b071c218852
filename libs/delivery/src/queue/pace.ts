// How many deliveries end per second, over the last second or two.

const WINDOW_MS = 1_000;

/** Counts what ends. Times are milliseconds of a monotonic clock. */
export class Pace {
  private from = Number.NEGATIVE_INFINITY;
  private current = 0;
  private before = 0;

  count(now: number, ended: number): void {
    this.turn(now);
    this.current += ended;
  }

  /** The last whole window, or the one that has begun where it has more. */
  perSecond(now: number): number {
    this.turn(now);
    return (Math.max(this.before, this.current) * 1000) / WINDOW_MS;
  }

  private turn(now: number): void {
    const passed = now - this.from;
    if (passed < WINDOW_MS) return;
    this.before = passed < 2 * WINDOW_MS ? this.current : 0;
    this.current = 0;
    this.from = now;
  }
}
