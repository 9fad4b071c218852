// Why one integration's deliveries wait: it asked to be left alone for a while, its breaker is open, it has to be mended,
// or it failed for days and was switched off. Fed with how its calls ended; answers what has to be kept and told.
import type { DeliverySettings } from '@switchboard/contracts';
import {
  type IntegrationHealth,
  type LoadedState,
  MANY_REJECTED,
  type Operation,
  type Status,
} from '@switchboard/ledger';
import { Breaker } from './breaker.ts';
import type { Now } from './clocks.ts';
import { afterFailure, type Failing } from './failing.ts';
import { Pause, type Rest } from './pause.ts';

export type HealthSettings = Pick<DeliverySettings, 'breaker' | 'disable_after_seconds'> & {
  /** How long an integration that has to be mended rests before its next real delivery probes it. */
  readonly holdSeconds: number;
};

/** Something to tell the world about an integration; who it is about is added later. */
export type News = Pick<Operation, 'type' | 'data'>;

/** News that ends other news. */
export type Ending = 'integration.recovered' | 'breaker.closed';

/** What has to be told about an integration whatever becomes of its health. */
export interface Legacy {
  /** Ends of what was told: to be told when it works again. */
  readonly owed: Iterable<Ending>;
  /** Not kept yet. The very list: a write that is under way takes off it what it has kept. */
  readonly events: News[];
}

const RECOVERED = 'integration.recovered';
const CLOSED = 'breaker.closed';

/** What is to be stored and told about an integration; `kept` says that it was. */
export interface HealthChange {
  readonly state: IntegrationHealth;
  readonly events: readonly News[];
  readonly kept: () => void;
}

/** What may be delivered: everything, one row to see whether it works again, or nothing. */
export type Allowed = 'all' | 'one' | 'none';

/** The health of one integration. */
export class Health {
  private breaker: Breaker;
  private readonly pause: Pause;
  private fault: Rest | undefined;
  /** Calls that began before, when a fault was found or the integration changed, do not show that it is mended. */
  private faultAt: number;
  private failing: Failing | undefined;
  private lastReason: string | null = null;
  private disabled = false;
  /** Events that were rejected, one after the other, since one was delivered. */
  private rejectedInRow = 0;
  /** When the one delivery began that shows whether it works again; undefined while none is under way. */
  private probingSince: number | undefined;
  private events: News[] = [];
  /** Ends of what was told about it before it was changed: told when it works again. */
  private readonly owed = new Set<Ending>();
  /** When it went on after it had to be mended or was switched off (ms since 1970). */
  parkedUntil = Number.NEGATIVE_INFINITY;
  /** Counts changes, and says how far they are kept. */
  private revision = 0;
  private keptRevision = 0;

  constructor(
    private readonly settings: HealthSettings,
    stored: LoadedState | undefined,
    now: Now,
  ) {
    const until = stored?.until?.getTime() ?? 0;
    const rest = { until: now.mono + Math.max(0, until - now.wall), reason: stored?.reason ?? '' };
    this.breaker =
      stored?.status === 'open'
        ? Breaker.openUntil(settings.breaker, until / 1000, now.mono, now.wall / 1000)
        : new Breaker(settings.breaker);
    this.pause = new Pause(stored?.status === 'paused' ? rest : undefined, now.mono);
    if (stored?.status === 'broken') this.fault = rest;
    this.faultAt = now.mono;
    this.disabled = stored?.status === 'disabled';
    if (stored?.failingSince) {
      const { told, failures } = stored;
      this.failing = { failingSince: stored.failingSince.getTime() / 1000, told, failures };
    }
    this.lastReason = stored?.reason ?? null;
    this.rejectedInRow = stored?.rejectedInRow ?? 0;
    this.parkedUntil = stored?.parkedUntil?.getTime() ?? this.parkedUntil;
  }

  /** It was changed: what is stored about it is of the past, and what was told has yet to end. */
  beginAnew({ owed, events }: Legacy): void {
    for (const ending of owed) this.owed.add(ending);
    this.events = events;
    this.revision += 1;
  }

  /** What is left to whoever comes after. */
  legacy(): Legacy {
    const owed = new Set(this.owed);
    if (this.fault !== undefined || this.disabled) owed.add(RECOVERED);
    if (this.breaker.state !== 'closed') owed.add(CLOSED);
    return { owed, events: this.events };
  }

  get status(): Status {
    if (this.disabled) return 'disabled';
    if (this.fault !== undefined) return 'broken';
    if (this.breaker.state !== 'closed') return 'open';
    return this.pause.rest === undefined ? 'ok' : 'paused';
  }

  allowed(mono: number): Allowed {
    if (this.disabled || (this.restsUntil() ?? 0) > mono) return 'none';
    if (!this.isCareful()) return 'all';
    return this.probingSince === undefined && this.breaker.mayCall(mono) ? 'one' : 'none';
  }

  /** Milliseconds until something may be delivered again; undefined when time alone does not help. */
  waitMs(mono: number): number | undefined {
    const until = this.disabled ? undefined : this.restsUntil();
    return until === undefined || until <= mono ? undefined : until - mono;
  }

  /** A delivery goes out. */
  started(mono: number): void {
    if (this.isCareful()) this.probingSince = mono;
    this.breaker.started();
  }

  /** The other side took a delivery. */
  worked(startedAt: number, now: Now): void {
    this.served(startedAt, now);
    if (this.isRejecting) this.revision += 1;
    this.rejectedInRow = 0;
    if (startedAt >= this.faultAt) this.mend(now);
    if (this.failing === undefined) return;
    this.failing = undefined;
    this.lastReason = null;
    this.revision += 1;
  }

  /** Whether it rejects one event after the other. */
  get isRejecting(): boolean {
    return this.rejectedInRow >= MANY_REJECTED;
  }

  /** One more event was rejected, by the other side or before it was called. It is kept from the first of many on. */
  rejected(): void {
    this.rejectedInRow += 1;
    if (this.rejectedInRow % MANY_REJECTED === 0) this.revision += 1;
  }

  /** The other side refused one event: it is there, and nothing is said about the integration. */
  refused(startedAt: number, now: Now): void {
    this.served(startedAt, now);
  }

  /** The other side could not serve. True when the integration stands still from now on. */
  failed(startedAt: number, now: Now, reason: string): boolean {
    this.ended(startedAt, true);
    this.fails(now, reason);
    const turned = this.breaker.failed(startedAt, now.mono);
    if (turned === undefined) return false;
    if (turned === 'opened') this.tell('breaker.opened', { reason });
    this.revision += 1;
    return true;
  }

  /** The other side asked to be left alone for so long. */
  asked(startedAt: number, now: Now, seconds: number, reason: string): void {
    this.undecided(startedAt, false);
    if (this.pause.ask(now.mono, seconds, reason)) this.revision += 1;
  }

  /** The integration itself is at fault: a token, an address, a permission. */
  broke(startedAt: number, now: Now, reason: string): void {
    this.undecided(startedAt, true);
    this.fails(now, reason);
    if (this.fault === undefined) this.tell('integration.broken', { reason });
    this.fault = { until: now.mono + this.settings.holdSeconds * 1000, reason };
    // While a trial call is under way, a fault found by an older call does not make the trial's success worthless.
    if (this.probingSince === undefined) this.faultAt = now.mono;
    this.revision += 1;
  }

  /** A delivery ended in a way that does not say whether the other side works; `reached`: it was called, and answered. */
  undecided(startedAt: number, reached: boolean): void {
    this.ended(startedAt, reached);
    this.breaker.undecided(startedAt);
  }

  /** What has changed since it was last kept; undefined when nothing has. */
  changes(integrationId: string, now: Now): HealthChange | undefined {
    this.endPause(now);
    if (this.revision === this.keptRevision) return undefined;
    const { status, revision } = this;
    const events = [...this.events];
    const until = this.restsUntil();
    return {
      events,
      state: {
        integrationId,
        status,
        until: until === undefined ? null : new Date(now.wall + until - now.mono),
        reason: status === 'ok' ? null : ((this.fault ?? this.pause.rest)?.reason ?? this.lastReason),
        failingSince: this.failing === undefined ? null : new Date(this.failing.failingSince * 1000),
        told: this.failing?.told ?? 0,
        rejectedInRow: this.rejectedInRow,
        failures: this.failing?.failures ?? 0,
      },
      kept: () => {
        this.keptRevision = revision;
        this.events.splice(0, events.length);
      },
    };
  }

  /** One delivery at a time, until one shows that it works. */
  private isCareful(): boolean {
    return this.fault !== undefined || this.breaker.state !== 'closed' || this.pause.isCareful;
  }

  /** Calls from before the one that shows it are left out of account: they may hang for long. */
  private ended(startedAt: number, reached: boolean): void {
    if (this.probingSince !== undefined && startedAt >= this.probingSince) this.probingSince = undefined;
    if (reached) this.pause.passed(startedAt);
  }

  private served(startedAt: number, now: Now): void {
    this.ended(startedAt, true);
    const closed = this.breaker.succeeded(startedAt, now.mono) === 'closed';
    if (this.owed.delete(CLOSED) || closed) this.tell(CLOSED, {});
    this.endPause(now);
  }

  private restsUntil(): number | undefined {
    const ends = [this.pause.rest?.until, this.fault?.until, this.breaker.probeAt].filter(
      (end) => end !== undefined,
    );
    return ends.length === 0 ? undefined : Math.max(...ends);
  }

  private mend(now: Now): void {
    const wasBroken = this.fault !== undefined;
    this.fault = undefined;
    if (wasBroken) this.parkedUntil = now.wall;
    if (this.owed.delete(RECOVERED) || wasBroken) this.tell(RECOVERED, {});
  }

  private endPause(now: Now): void {
    if (this.pause.end(now.mono)) this.revision += 1;
  }

  private fails(now: Now, reason: string): void {
    const { failing, crossed } = afterFailure(
      this.failing,
      now.wall / 1000,
      this.settings.disable_after_seconds,
    );
    this.lastReason = reason;
    if (failing === this.failing) return;
    this.failing = failing;
    this.revision += 1;
    if (crossed === undefined) return;
    if (crossed < 100) this.tell('integration.failing', { percent: crossed, reason });
    else {
      this.disabled = true;
      this.tell('integration.disabled', { reason });
    }
  }

  private tell(type: News['type'], data: News['data']): void {
    this.events.push({ type, data });
    this.revision += 1;
  }
}
