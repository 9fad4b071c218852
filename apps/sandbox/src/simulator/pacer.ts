// Holds a run to a rate of events per second, evenly spaced or in bursts.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** After a stall it catches up this much and no more, so that a slow receiver does not earn a flood. */
const LONGEST_DEBT_MS = 250;

/** How turns are spaced. */
export interface Pace {
  /** Events per second; 0: at once. */
  readonly rate: number;
  /** So many go at one moment, at the same rate over time. Default 1. */
  readonly burst?: number;
  /** Turns come when they are due whatever was missed before: nothing is left out after a stall. */
  readonly catchUp?: boolean;
}

/** Gives out turns. */
export class Pacer {
  private next = performance.now();
  /** Turns that are left of the burst under way. */
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
    const slot = catchUp ? this.next : Math.max(this.next, now - LONGEST_DEBT_MS);
    this.next = slot + (burst * 1000) / rate;
    if (slot > now) await wait(slot - now, undefined, { signal: this.signal });
    this.left = burst - 1;
  }
}
