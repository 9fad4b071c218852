// The circuit breaker of an integration. It is closed until too many attempts fail, then open for a rest, then half-open for
// one real delivery as a probe.
import type { DeliverySettings } from '@switchboard/contracts';

export type BreakerSettings = DeliverySettings['breaker'];
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What has just changed. `reopened`: the probe failed and the rest is longer; nobody is notified a second time. */
export type Transition = 'opened' | 'reopened' | 'closed';

/**
 * The breaker of one integration. Each attempt that `mayStart` allows is reported to `started`, and then to exactly one of
 * `succeeded`, `failed` and `undecided` with the time at which it started. Attempts that were in flight when the
 * breaker opened say nothing about the other side after the rest. Times are milliseconds of a monotonic clock.
 */
export class Breaker {
  private current: BreakerState = 'closed';
  private failuresInRow = 0;
  private recent: RecentAttempts;
  private restSeconds: number;
  /** End of the last rest. Attempts that started before it do not count. */
  private restsUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly settings: BreakerSettings) {
    this.recent = new RecentAttempts(settings.window_seconds * 1000);
    this.restSeconds = this.firstRest();
  }

  /**
   * A breaker that is open until a wall-clock time in seconds, as another process stored it. The rest is at most the
   * longest one, even when the clock of that process was ahead.
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

  /** When a probe may start; undefined when closed, and while a probe is in flight. */
  get probeAt(): number | undefined {
    return this.current === 'open' ? this.restsUntil : undefined;
  }

  /** Whether an attempt may start now. Changes nothing. */
  mayStart(now: number): boolean {
    return this.current === 'closed' || (this.current === 'open' && now >= this.restsUntil);
  }

  /** An attempt starts. */
  started(): void {
    if (this.current === 'open') this.current = 'half-open';
  }

  /** The other side took the event, or refused this one event: it works. */
  succeeded(startedAt: number, now: number): Transition | undefined {
    if (this.isOver(startedAt)) return undefined;
    this.failuresInRow = 0;
    if (this.current === 'closed') {
      this.recent.add(false, now);
      return undefined;
    }
    this.current = 'closed';
    this.recent = new RecentAttempts(this.settings.window_seconds * 1000);
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
    this.failuresInRow += 1;
    this.recent.add(true, now);
    if (this.failuresInRow < this.settings.failures && !this.tooManyFailed()) return undefined;
    this.rest(this.restSeconds, now);
    return 'opened';
  }

  /** The attempt shows nothing: an infrastructure failure of ours, or a requested pause. The next one is a probe. */
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
    const { attempts, failures } = this.recent.total();
    return attempts >= this.settings.minimum_calls && failures / attempts >= this.settings.ratio;
  }
}

interface WindowPart {
  readonly from: number;
  attempts: number;
  failures: number;
}

const PARTS = 10;

/** Attempts and failures of the last window, in ten parts: at least the last nine tenths of it, and nothing older. */
class RecentAttempts {
  private readonly parts: WindowPart[] = [];

  constructor(private readonly windowMs: number) {}

  add(failed: boolean, now: number): void {
    while (this.parts[0] !== undefined && this.parts[0].from <= now - this.windowMs) this.parts.shift();
    let part = this.parts.at(-1);
    if (part === undefined || now >= part.from + this.windowMs / PARTS) {
      part = { from: now, attempts: 0, failures: 0 };
      this.parts.push(part);
    }
    part.attempts += 1;
    if (failed) part.failures += 1;
  }

  /** As of the last `add`. */
  total(): { attempts: number; failures: number } {
    let attempts = 0;
    let failures = 0;
    for (const part of this.parts) {
      attempts += part.attempts;
      failures += part.failures;
    }
    return { attempts, failures };
  }
}
