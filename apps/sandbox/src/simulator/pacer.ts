// Limits a run to a rate of events per second, evenly spaced or in bursts.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** How much it catches up after a stall, so that a slow receiver is not flooded afterwards. */
const MAX_CATCH_UP_MS = 250;

/** How turns are spaced. */
export interface Pace {
  /** Events per second; 0: no limit. */
  readonly rate: number;
  /** Number of events at one moment; the rate over time stays the same. Default 1. */
  readonly burst?: number;
  /** After a stall, all missed turns come at once. */
  readonly catchUp?: boolean;
}

/** `turn` resolves when the next event may be posted. */
export class Pacer {
  private next = performance.now();
  /** Turns left in the current burst. */
  private left = 0;

  constructor(
    private readonly pace: Pace,
    private readonly signal: AbortSignal,
  ) {}

  async turn(): Promise<void> {
    const { rate, burst = 1, catchUp = false } = this.pace;
    if (rate === 0) return;
    const now = performance.now();
    if (this.left > 0) {
      this.left -= 1;
      return;
    }
    const slot = catchUp ? this.next : Math.max(this.next, now - MAX_CATCH_UP_MS);
    this.next = slot + (burst * 1000) / rate;
    if (slot > now) await wait(slot - now, undefined, { signal: this.signal });
    this.left = burst - 1;
  }
}
