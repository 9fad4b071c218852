// Whether one integration may be delivered to: it works, it is paused, its breaker is open, it is broken, or it is
// disabled after days of failures. Fed with the end of each attempt.
import type { DeliverySettings } from '@switchboard/contracts';
import { type IntegrationStatus, type LoadedState, MANY_REJECTED } from '@switchboard/ledger';
import type { Now } from '../timing.ts';
import { Breaker } from './breaker.ts';
import { afterFailure, type Failing } from './failing.ts';
import {
  type HealthChange,
  HealthChanges,
  type PendingNotifications,
  type Recovery,
} from './health-changes.ts';
import { type Hold, Pause } from './pause.ts';

export type HealthSettings = Pick<DeliverySettings, 'breaker' | 'disable_after_seconds'> & {
  /** Seconds that a broken integration waits before its next real delivery probes it. */
  readonly holdSeconds: number;
};

const RECOVERED: Recovery = 'integration.recovered';
const CLOSED: Recovery = 'breaker.closed';

/** What may be delivered: everything, one row as a probe, or nothing. */
export type Allowed = 'all' | 'one' | 'none';

/**
 * The health of one integration. `startedAt` is when the attempt began, in milliseconds of the monotonic clock: one that
 * began before a probe, or before a fault was found, says nothing about the time after it.
 */
export class Health {
  private breaker: Breaker;
  private readonly pause: Pause;
  private fault: Hold | undefined;
  /** When a fault was found or the integration was changed. Attempts that began before do not prove that it works. */
  private faultAt: number;
  private failing: Failing | undefined;
  private lastReason: string | null = null;
  private disabled = false;
  /** Events that were rejected since the last one that was delivered. */
  private rejectedInRow = 0;
  /** When the probe in flight began; undefined when there is none. */
  private probingSince: number | undefined;
  private readonly unsaved = new HealthChanges();
  /** When it last went on after it was open, broken or disabled (ms since 1970). */
  parkedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: HealthSettings,
    stored: LoadedState | undefined,
    now: Now,
  ) {
    const until = stored?.until?.getTime() ?? 0;
    const hold = { until: now.mono + Math.max(0, until - now.wall), reason: stored?.reason ?? '' };
    this.breaker =
      stored?.status === 'open'
        ? Breaker.openUntil(settings.breaker, until / 1000, now.mono, now.wall / 1000)
        : new Breaker(settings.breaker);
    this.pause = new Pause(stored?.status === 'paused' ? hold : undefined, now.mono);
    if (stored?.status === 'broken') this.fault = hold;
    this.faultAt = now.mono;
    this.disabled = stored?.status === 'disabled';
    if (stored?.failingSince) {
      const { notified, failures } = stored;
      this.failing = { failingSince: stored.failingSince.getTime() / 1000, notified, failures };
    }
    this.lastReason = stored?.reason ?? null;
    this.rejectedInRow = stored?.rejectedInRow ?? 0;
    this.parkedUntil = stored?.parkedUntil?.getTime() ?? this.parkedUntil;
  }

  /** The integration was changed. The stored state is out of date, and these notifications are still due. */
  startAnew(pending: PendingNotifications): void {
    this.unsaved.takeOver(pending);
  }

  /** Notifications that stay due when this health is replaced. */
  pendingNotifications(): PendingNotifications {
    const down: Recovery[] = [];
    if (this.fault !== undefined || this.disabled) down.push(RECOVERED);
    if (this.breaker.state !== 'closed') down.push(CLOSED);
    return this.unsaved.pending(down);
  }

  get status(): IntegrationStatus {
    if (this.disabled) return 'disabled';
    if (this.fault !== undefined) return 'broken';
    if (this.breaker.state !== 'closed') return 'open';
    return this.pause.hold === undefined ? 'ok' : 'paused';
  }

  allowed(mono: number): Allowed {
    if (this.disabled || (this.holdsUntil() ?? 0) > mono) return 'none';
    if (!this.needsProbe()) return 'all';
    return this.probingSince === undefined && this.breaker.mayStart(mono) ? 'one' : 'none';
  }

  /** Milliseconds until something may be delivered again; undefined when time alone does not help. */
  waitMs(mono: number): number | undefined {
    const until = this.disabled ? undefined : this.holdsUntil();
    return until === undefined || until <= mono ? undefined : until - mono;
  }

  /** An attempt starts. */
  started(mono: number): void {
    if (this.needsProbe()) this.probingSince = mono;
    this.breaker.started();
  }

  /** The other side took a delivery. */
  delivered(startedAt: number, now: Now): void {
    this.answered(startedAt, now);
    if (this.isRejecting) this.unsaved.changed();
    this.rejectedInRow = 0;
    if (startedAt >= this.faultAt) this.recover(now);
    if (this.failing === undefined) return;
    this.failing = undefined;
    this.lastReason = null;
    this.unsaved.changed();
  }

  /** Whether it has rejected many events in a row. */
  get isRejecting(): boolean {
    return this.rejectedInRow >= MANY_REJECTED;
  }

  /** One more event was rejected, by the other side or before a call. The count is stored in steps of MANY_REJECTED. */
  rejected(): void {
    this.rejectedInRow += 1;
    if (this.rejectedInRow % MANY_REJECTED === 0) this.unsaved.changed();
  }

  /** The other side answered: it works, whether it took the event or refused it. */
  answered(startedAt: number, now: Now): void {
    this.ended(startedAt, true);
    const closed = this.breaker.succeeded(startedAt, now.mono) === 'closed';
    if (closed) this.parkedUntil = now.wall;
    this.unsaved.recovered(CLOSED, closed);
    this.endPause(now);
  }

  /** The other side could not serve. True when nothing more may start now. */
  failed(startedAt: number, now: Now, reason: string): boolean {
    this.ended(startedAt, true);
    this.countFailure(now, reason);
    const turned = this.breaker.failed(startedAt, now.mono);
    if (turned === undefined) return false;
    if (turned === 'opened') this.unsaved.notify('breaker.opened', { reason });
    this.unsaved.changed();
    return true;
  }

  /** The other side asked for a pause of so many seconds. */
  pauseRequested(startedAt: number, now: Now, seconds: number, reason: string): void {
    this.undecided(startedAt, false);
    if (this.pause.request(now.mono, seconds, reason)) this.unsaved.changed();
  }

  /** The integration itself is at fault: a token, an address, a permission. */
  broken(startedAt: number, now: Now, reason: string): void {
    this.undecided(startedAt, true);
    this.countFailure(now, reason);
    if (this.fault === undefined) this.unsaved.notify('integration.broken', { reason });
    this.fault = { until: now.mono + this.settings.holdSeconds * 1000, reason };
    // While a probe is in flight, a fault that an older attempt found does not make the probe's success worthless.
    if (this.probingSince === undefined) this.faultAt = now.mono;
    this.unsaved.changed();
  }

  /** A delivery ended and does not show whether the other side works. `reached`: it was called and it answered. */
  undecided(startedAt: number, reached: boolean): void {
    this.ended(startedAt, reached);
    this.breaker.undecided(startedAt);
  }

  /** What has changed since it was last stored; undefined when nothing has. */
  changes(integrationId: string, now: Now): HealthChange | undefined {
    this.endPause(now);
    if (this.unsaved.areStored) return undefined;
    const { status } = this;
    const until = this.holdsUntil();
    return this.unsaved.toStore({
      integrationId,
      status,
      until: until === undefined ? null : new Date(now.wall + until - now.mono),
      reason: status === 'ok' ? null : ((this.fault ?? this.pause.hold)?.reason ?? this.lastReason),
      failingSince: this.failing === undefined ? null : new Date(this.failing.failingSince * 1000),
      notified: this.failing?.notified ?? 0,
      rejectedInRow: this.rejectedInRow,
      failures: this.failing?.failures ?? 0,
    });
  }

  /** Whether deliveries go out one at a time, until one shows that it works. */
  private needsProbe(): boolean {
    return this.fault !== undefined || this.breaker.state !== 'closed' || this.pause.needsProbe;
  }

  /** An attempt has ended. Those that began before the probe do not end it: they may hang for long. */
  private ended(startedAt: number, reached: boolean): void {
    if (this.probingSince !== undefined && startedAt >= this.probingSince) this.probingSince = undefined;
    if (reached) this.pause.passed(startedAt);
  }

  private holdsUntil(): number | undefined {
    const ends = [this.pause.hold?.until, this.fault?.until, this.breaker.probeAt].filter(
      (end) => end !== undefined,
    );
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  private recover(now: Now): void {
    const wasBroken = this.fault !== undefined;
    this.fault = undefined;
    if (wasBroken) this.parkedUntil = now.wall;
    this.unsaved.recovered(RECOVERED, wasBroken);
  }

  private endPause(now: Now): void {
    if (this.pause.end(now.mono)) this.unsaved.changed();
  }

  private countFailure(now: Now, reason: string): void {
    const { failing, crossed } = afterFailure(
      this.failing,
      now.wall / 1000,
      this.settings.disable_after_seconds,
    );
    this.lastReason = reason;
    if (failing === this.failing) return;
    this.failing = failing;
    this.unsaved.changed();
    if (crossed === undefined) return;
    if (crossed < 100) this.unsaved.notify('integration.failing', { percent: crossed, reason });
    else {
      this.disabled = true;
      this.unsaved.notify('integration.disabled', { reason });
    }
  }
}
