// How much of one integration is kept in memory, and whether that will be delivered soon. Memory that is full leaves new
// rows to the ledger; memory that empties fast makes it worth waiting a moment instead.
import type { Lanes } from './lanes.ts';

/** Rows of one integration in memory, and their bytes. Soft limits: a statement in flight may bring one more batch. */
const MAX_ROWS = 600;
const MAX_BYTES = 16 * 1024 * 1024;

/** What will be delivered within so many seconds will be gone soon. */
const SOON_SECONDS = 1;

/** The throughput is that of the last one or two windows. */
const WINDOW_MS = 1_000;

/** The memory limit of one integration. Times are milliseconds of a monotonic clock. */
export class MemoryLimit {
  private windowStart = Number.NEGATIVE_INFINITY;
  private current = 0;
  private previous = 0;

  constructor(private readonly lanes: Pick<Lanes, 'size' | 'bytes'>) {}

  /** Whether memory holds less than this multiple of the limit. */
  hasRoom(share = 1): boolean {
    return this.lanes.size < MAX_ROWS * share && this.lanes.bytes < MAX_BYTES * share;
  }

  /** Deliveries have ended. */
  count(now: number, ended: number): void {
    this.advance(now);
    this.current += ended;
  }

  /** Whether what is in memory will be delivered soon, at the present throughput. */
  emptiesSoon(now: number): boolean {
    return this.lanes.size <= this.perSecond(now) * SOON_SECONDS;
  }

  /** The last full window, or the one that has begun when it has more. */
  private perSecond(now: number): number {
    this.advance(now);
    return (Math.max(this.previous, this.current) * 1000) / WINDOW_MS;
  }

  private advance(now: number): void {
    const passed = now - this.windowStart;
    if (passed < WINDOW_MS) return;
    this.previous = passed < 2 * WINDOW_MS ? this.current : 0;
    this.current = 0;
    this.windowStart = now;
  }
}
