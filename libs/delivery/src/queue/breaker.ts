// Leaves a destination in peace that does not work: closed until too much fails, then open for a rest, then half open
// for one real delivery that shows whether it works again.
import type { DeliverySettings } from '@switchboard/contracts';

export type BreakerSettings = DeliverySettings['breaker'];
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What has just changed. `reopened`: still not working, a longer rest; the world has heard of `opened` already. */
export type Transition = 'opened' | 'reopened' | 'closed';

/**
 * The breaker of one integration. Each delivery that `mayCall` let through is told by `started` and then by exactly one
 * of `succeeded`, `failed`, `undecided`, with the time it started: calls still under way when the breaker opened say
 * nothing about the destination after its rest. Times are milliseconds of a monotonic clock.
 */
export class Breaker {
  private current: BreakerState = 'closed';
  private inARow = 0;
  private recent: RecentCalls;
  private restSeconds: number;
  /** End of the last rest. Calls that started before it are over and done with. */
  private restsUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly settings: BreakerSettings) {
    this.recent = new RecentCalls(settings.window_seconds * 1000);
    this.restSeconds = this.firstRest();
  }

  /**
   * A breaker that is open until a wall-clock time in seconds, as another process stored it. It rests no longer than
   * the longest rest, however far that process's clock was ahead.
   */
  static openUntil(
    settings: BreakerSettings,
    untilSeconds: number,
    now: number,
    wallSeconds: number,
  ): Breaker {
    const breaker = new Breaker(settings);
    const rest = Math.min(Math.max(untilSeconds - wallSeconds, 0), settings.max_rest_seconds);
    breaker.restSeconds = Math.max(rest, breaker.restSeconds);
    breaker.rest(rest, now);
    return breaker;
  }

  get state(): BreakerState {
    return this.current;
  }

  /** From when on one delivery may go through; undefined when closed, and while that delivery is under way. */
  get probeAt(): number | undefined {
    return this.current === 'open' ? this.restsUntil : undefined;
  }

  /** Whether a delivery may go through now. Changes nothing. */
  mayCall(now: number): boolean {
    return this.current === 'closed' || (this.current === 'open' && now >= this.restsUntil);
  }

  /** A delivery goes through. */
  started(): void {
    if (this.current === 'open') this.current = 'half-open';
  }

  /** The other side did its work, or refused this one event: it is there. */
  succeeded(startedAt: number, now: number): Transition | undefined {
    if (this.isOver(startedAt)) return undefined;
    this.inARow = 0;
    if (this.current === 'closed') {
      this.recent.add(false, now);
      return undefined;
    }
    this.current = 'closed';
    this.recent = new RecentCalls(this.settings.window_seconds * 1000);
    this.restSeconds = this.firstRest();
    return 'closed';
  }

  /** The other side could not serve: 5xx, timeout, no connection. */
  failed(startedAt: number, now: number): Transition | undefined {
    if (this.isOver(startedAt)) return undefined;
    if (this.current !== 'closed') {
      this.restSeconds = Math.min(this.restSeconds * 2, this.settings.max_rest_seconds);
      this.rest(this.restSeconds, now);
      return 'reopened';
    }
    this.inARow += 1;
    this.recent.add(true, now);
    if (this.inARow < this.settings.failures && !this.tooManyFailed()) return undefined;
    this.rest(this.restSeconds, now);
    return 'opened';
  }

  /** It ended in a way that says nothing: trouble of our own, asked to come back later. The next one shows. */
  undecided(startedAt: number): void {
    if (!this.isOver(startedAt) && this.current === 'half-open') this.current = 'open';
  }

  private isOver(startedAt: number): boolean {
    return startedAt < this.restsUntil;
  }

  private rest(seconds: number, now: number): void {
    this.current = 'open';
    this.restsUntil = now + seconds * 1000;
  }

  private firstRest(): number {
    return Math.min(this.settings.rest_seconds, this.settings.max_rest_seconds);
  }

  private tooManyFailed(): boolean {
    const { calls, failures } = this.recent.total();
    return calls >= this.settings.minimum_calls && failures / calls >= this.settings.ratio;
  }
}

interface Slot {
  readonly from: number;
  calls: number;
  failures: number;
}

const SLOTS = 10;

/** Calls and failures of the last window, in slots of a tenth of it: nothing older, and at least its last nine tenths. */
class RecentCalls {
  private readonly slots: Slot[] = [];

  constructor(private readonly windowMs: number) {}

  add(failed: boolean, now: number): void {
    while (this.slots[0] !== undefined && this.slots[0].from <= now - this.windowMs) this.slots.shift();
    let slot = this.slots.at(-1);
    if (slot === undefined || now >= slot.from + this.windowMs / SLOTS) {
      slot = { from: now, calls: 0, failures: 0 };
      this.slots.push(slot);
    }
    slot.calls += 1;
    if (failed) slot.failures += 1;
  }

  /** As of the last `add`. */
  total(): { calls: number; failures: number } {
    let calls = 0;
    let failures = 0;
    for (const slot of this.slots) {
      calls += slot.calls;
      failures += slot.failures;
    }
    return { calls, failures };
  }
}
