// One integration as its owner delivers for it: its rows in memory, its limits, its health, and whether rows of it wait
// outside this memory.
import type { DeliverySettings } from '@switchboard/contracts';
import type { LedgerRow } from '../ledger/row.ts';
import type { StoredState } from '../ledger/states.ts';
import { AdaptiveLimit } from '../policy/adaptive-limit.ts';
import { Limiter, type Limits } from '../policy/limiter.ts';
import { Health, type Now } from './health.ts';
import { Lanes } from './lanes.ts';
import { Pace } from './pace.ts';
import { judge, type Tried, type Verdict } from './verdict.ts';

/** Rows of one integration in memory, and what they may weigh. Soft: a statement under way may bring a batch more. */
const MAX_ROWS = 600;
const MAX_BYTES = 16 * 1024 * 1024;
/** Keys that are claimed at once where rows wait in the ledger. */
const MAX_KEYS = 64;

/** What will be gone in so many seconds will be gone soon. */
const SOON_SECONDS = 1;

/** What an outlet is made for. */
export interface OutletIdentity {
  readonly integrationId: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly slot: number;
  readonly epoch: number;
}

/** How an integration is delivered to: its own word, with what its sink allows filled in. */
export interface OutletSettings {
  readonly delivery: DeliverySettings;
  readonly limits: Limits;
  /** How long it rests while it has to be mended. */
  readonly holdSeconds: number;
}

/** One integration that this process owns. */
export class Outlet {
  readonly lanes = new Lanes();
  /** Whether rows of it wait in the ledger, unclaimed, and may be due. Assumed until the ledger was asked. */
  backlog: 'none' | 'later' | 'due' = 'due';
  /** Counts what may have put rows of it there, so that an older answer of the ledger is not believed. */
  doubts = 0;
  /** Rows from the start of their call until their outcome is written, with what limited them. */
  readonly open = new Map<number, Limiter>();
  /** Calls under way. */
  calls = 0;
  private readonly pace = new Pace();
  /** Outcomes to be written that send everything in memory back. */
  parking = 0;
  /** Switched off by its tenant, unusable, or on its way to another process. */
  withheld = true;

  settings: DeliverySettings;
  health: Health;
  adaptive: AdaptiveLimit | undefined;
  private limiter: Limiter;
  /** When it was changed last, on the monotonic clock. */
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly identity: OutletIdentity,
    given: OutletSettings,
    stored: StoredState | undefined,
    now: Now,
  ) {
    this.settings = given.delivery;
    this.health = healthOf(given, stored, now);
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
  }

  /** The integration was changed: it is delivered to as it says now, and whatever it waited for is tried again. */
  renew(given: OutletSettings, now: Now): void {
    this.settings = given.delivery;
    this.health = healthOf(given, undefined, now);
    this.health.overwriteStored();
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
    this.renewedAt = now.mono;
  }

  /**
   * Judges a try that began at that time. One that found the integration broken before it was changed knows nothing of
   * how it is now: it counts as interrupted, and is repeated.
   */
  judge(row: LedgerRow, tried: Tried, startedAt: number): Verdict {
    const verdict = judge(row, tried, this.settings);
    return verdict.kind === 'broken' && startedAt < this.renewedAt
      ? { ...verdict, kind: 'interrupted' }
      : verdict;
  }

  /** A statement that has just ended may have left rows of it unclaimed. */
  doubt(): void {
    this.backlog = 'due';
    this.doubts += 1;
  }

  /** New rows of it may be claimed as they are written. */
  takesNew(now: number): boolean {
    return this.backlog !== 'due' && this.isWell(now) && this.hasRoom();
  }

  /**
   * More of it comes than goes out, and what is there will be gone soon: whoever has more had better wait a moment than
   * put it into the ledger unclaimed, which costs twice.
   */
  isBehind(now: number): boolean {
    const soon = this.pace.perSecond(now) * SOON_SECONDS;
    return this.isWell(now) && (this.backlog === 'due' || !this.hasRoom()) && this.lanes.size <= soon;
  }

  /** Keys of which rows may be claimed now. */
  wantedKeys(now: number): number {
    if (this.standsStill() || !this.hasRoom(0.5)) return 0;
    const allowed = this.health.allowed(now);
    if (allowed === 'one') return this.lanes.size === 0 && this.open.size === 0 ? 1 : 0;
    return allowed === 'all' ? MAX_KEYS : 0;
  }

  /** The next row that may be delivered; it counts as started. */
  next(now: number): LedgerRow | undefined {
    if (this.standsStill() || !this.lanes.isReady()) return undefined;
    const allowed = this.health.allowed(now);
    if (allowed === 'none' || (allowed === 'one' && this.open.size > 0)) return undefined;
    const type = this.nextType(now);
    const row = type === undefined ? undefined : this.lanes.take(type);
    if (row === undefined) return undefined;
    this.limiter.start(row.eventType, now);
    this.health.started();
    this.calls += 1;
    this.open.set(row.id, this.limiter);
    return row;
  }

  /** Its call has ended. */
  ended(row: LedgerRow, now: number): void {
    this.calls -= 1;
    this.pace.count(now);
    this.open.get(row.id)?.end(row.eventType);
  }

  /** Milliseconds until a row may start that may not now; undefined when something else has to happen first. */
  waitMs(now: number): number | undefined {
    if (this.standsStill() || !this.lanes.isReady()) return undefined;
    return this.health.allowed(now) === 'none' ? this.health.waitMs(now) : this.limiter.waitMs(now);
  }

  private isWell(now: number): boolean {
    return !this.standsStill() && this.health.allowed(now) === 'all';
  }

  private standsStill(): boolean {
    return this.withheld || this.parking > 0;
  }

  private nextType(now: number): string | undefined {
    let best: string | undefined;
    let priority = Number.NEGATIVE_INFINITY;
    for (const type of this.lanes.readyTypes()) {
      const its = this.limiter.priorityOf(type);
      if (its <= priority || !this.limiter.mayStart(type, now)) continue;
      best = type;
      priority = its;
    }
    return best;
  }

  private hasRoom(share = 1): boolean {
    return this.lanes.size < MAX_ROWS * share && this.lanes.bytes < MAX_BYTES * share;
  }
}

function healthOf(given: OutletSettings, stored: StoredState | undefined, now: Now): Health {
  const { breaker, disable_after_seconds } = given.delivery;
  return new Health({ breaker, disable_after_seconds, holdSeconds: given.holdSeconds }, stored, now);
}

function adaptiveOf({ delivery, limits }: OutletSettings): AdaptiveLimit | undefined {
  return delivery.limits.adaptive ? new AdaptiveLimit(limits.concurrency) : undefined;
}
