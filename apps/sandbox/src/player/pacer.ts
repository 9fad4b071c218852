// Holds a run to a rate of events per second, evenly spaced.
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** After a stall it catches up this much and no more, so that a slow receiver does not earn a flood. */
const LONGEST_DEBT_MS = 250;

/** Gives out turns; with rate 0 at once. */
export class Pacer {
  private next = performance.now();

  constructor(
    private readonly perSecond: number,
    private readonly signal: AbortSignal,
  ) {}

  async turn(): Promise<void> {
    if (this.perSecond === 0) return;
    const now = performance.now();
    const slot = Math.max(this.next, now - LONGEST_DEBT_MS);
    this.next = slot + 1000 / this.perSecond;
    if (slot > now) await wait(slot - now, undefined, { signal: this.signal });
  }
}
