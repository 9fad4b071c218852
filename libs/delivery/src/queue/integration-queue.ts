// One integration as its owner delivers for it: its rows in memory, its limits, its health, and whether rows of it wait
// outside this memory.
import type { DeliverySettings } from '@switchboard/contracts';
import type { LedgerRow, LoadedState } from '@switchboard/ledger';
import type { Batch } from '@switchboard/sink';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import { batchGroupOf } from '../attempt/batch-membership.ts';
import { type Disposition, dispositionOf } from '../attempt/disposition.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { type Ages, byAge, type Next, NOTHING } from './age.ts';
import { Batching } from './batching.ts';
import type { Now } from './clocks.ts';
import { Health } from './health.ts';
import { type Group, Lanes } from './lanes.ts';
import { Limiter, type Limits } from './limiter.ts';
import { Pace } from './pace.ts';
import { urgentAmong } from './urgency.ts';

/** Rows of one integration in memory, and what they may weigh. Soft: a statement under way may bring a batch more. */
const MAX_ROWS = 600;
const MAX_BYTES = 16 * 1024 * 1024;
/** Keys that are claimed at once where rows wait in the ledger. */
const MAX_KEYS = 64;
/** What is in memory leaves half of it to what comes in; urgent rows do not wait for it to be gone. */
const ROOM = 0.5;
const URGENT_ROOM = 2;

/** What will be gone in so many seconds will be gone soon. */
const SOON_SECONDS = 1;

/** What an queue is made for. */
export interface QueueIdentity {
  readonly integrationId: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly slot: number;
  readonly epoch: number;
}

/** How an integration is delivered to: its own word, with what its sink allows filled in. */
export interface QueueSettings {
  /** Of the integration, as it was read. */
  readonly version: string;
  readonly delivery: DeliverySettings;
  readonly limits: Limits;
  /** How long its deliveries may wait; left to the ledger where its settings cannot be read. */
  readonly ages?: Ages | undefined;
  /** What its sink accepts. */
  readonly types: readonly string[];
  /** How long it rests while it has to be mended. */
  readonly holdSeconds: number;
  /** Where its sink takes many events in one call. */
  readonly batch?: Pick<Batch, 'size' | 'waitSeconds'> | undefined;
}

/** One integration that this process owns. */
export class IntegrationQueue {
  readonly lanes: Lanes;
  /** Whether rows of it wait in the ledger, unclaimed, and may be due. Assumed until the ledger was asked. */
  backlog: 'none' | 'later' | 'due' = 'due';
  /** Counts what may have put rows of it there, so that an older answer of the ledger is not believed. */
  invalidations = 0;
  /** The ledger said what waits there, and nothing happened since that may have changed it. */
  isSure = false;
  /** Rows from the start of their call until their outcome is written, with what limited them. */
  readonly open = new Map<number, Limiter>();
  /** Rows in calls that are under way. */
  calls = 0;
  private readonly pace = new Pace();
  /** Outcomes to be written that send everything in memory back. */
  parking = 0;
  /** Switched off by its tenant, unusable, or on its way to another process. */
  withheld = true;

  settings: DeliverySettings;
  version: string;
  private ages: Ages | undefined;
  health: Health;
  adaptive: AdaptiveLimit | undefined;
  /** Types that go before others that it gets, the most urgent first. */
  urgent: readonly string[];
  private limiter: Limiter;
  private readonly batching: Batching | undefined;
  /** When it was changed last, on the monotonic clock. */
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly identity: QueueIdentity,
    given: QueueSettings,
    stored: LoadedState | undefined,
    now: Now,
  ) {
    this.batching = given.batch === undefined ? undefined : new Batching(given.batch);
    this.lanes = new Lanes(given.batch === undefined ? ({ eventType }) => eventType : batchGroupOf);
    this.settings = given.delivery;
    this.version = given.version;
    this.ages = given.ages;
    this.health = healthOf(given, stored, now);
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
    this.urgent = urgentOf(given, this.limiter);
  }

  /** The integration was changed: it is delivered to as it says now, and whatever it waited for is tried again. */
  renew(given: QueueSettings, now: Now): void {
    this.settings = given.delivery;
    this.version = given.version;
    const { health: before } = this;
    this.health = healthOf(given, undefined, now);
    this.health.beginAnew(before.legacy());
    const stoodStill = this.withheld || before.status === 'broken' || before.status === 'disabled';
    this.health.parkedUntil = stoodStill ? now.wall : before.parkedUntil;
    this.ages = given.ages;
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
    this.urgent = urgentOf(given, this.limiter);
    this.renewedAt = now.mono;
  }

  /**
   * Judges a try that began at that time. `broken` from a call that began before the settings changed is ignored: it counts
   * as interrupted, and is repeated.
   */
  judge(row: LedgerRow, result: AttemptResult, startedAt: number): Disposition {
    const disposition = dispositionOf(row, result, this.settings);
    return disposition.kind === 'broken' && startedAt < this.renewedAt
      ? { ...disposition, kind: 'interrupted' }
      : disposition;
  }

  /** A statement that has just ended may have left rows of it unclaimed. */
  invalidate(): void {
    this.backlog = 'due';
    this.invalidations += 1;
    this.isSure = false;
  }

  /**
   * Rows of it went back to the ledger, due at a time that is known there. New rows of other keys may still be claimed: the
   * ledger answers for each key.
   */
  putBack(): void {
    if (this.backlog === 'none') this.backlog = 'later';
    this.invalidations += 1;
    this.isSure = false;
  }

  /**
   * What the ledger answered: the first of its rows is due in so many seconds, or none waits. `invalidations` is what it was when
   * the ledger was asked: that nothing is due is believed only where it still is.
   */
  told(dueSeconds: number | undefined, invalidations: number): void {
    if (dueSeconds !== undefined && dueSeconds <= 0) {
      this.backlog = 'due';
      this.isSure = false;
    } else if (this.invalidations === invalidations) {
      this.backlog = dueSeconds === undefined ? 'none' : 'later';
      this.isSure = true;
    }
  }

  /** Whether anything of it may go out, now or when there is room. */
  mayGo(now: number): boolean {
    return !this.standsStill() && this.health.allowed(now) !== 'none';
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

  /** Keys of which rows may be claimed now, and keys for the sake of urgent ones. */
  wanted(now: number): { readonly keys: number; readonly urgentKeys: number } {
    const allowed = this.standsStill() ? 'none' : this.health.allowed(now);
    if (allowed !== 'all') return { keys: allowed === 'one' ? this.firstKeys() : 0, urgentKeys: 0 };
    return {
      keys: this.hasRoom(ROOM) ? MAX_KEYS : 0,
      urgentKeys: this.urgent.length > 0 && this.hasRoom(URGENT_ROOM) ? MAX_KEYS : 0,
    };
  }

  /** What goes out next, `room` rows at most; it counts as started. Nothing when none may start now. */
  next(now: number, room: number): Next {
    if (this.standsStill() || !this.lanes.isReady()) return NOTHING;
    const allowed = this.health.allowed(now);
    if (allowed === 'none') return NOTHING;
    const group = allowed === 'one' ? this.firstGroup(now, room) : this.nextGroup(now, room);
    if (group === undefined) return NOTHING;
    const { type } = group;
    const taken = this.lanes.take(group, this.countOf(group, now, room));
    for (const { id } of taken) this.open.set(id, this.limiter);
    const next = byAge(taken, this.ages, this.health, Date.now());
    if (next.rows.length === 0) return next;
    this.limiter.start(type, now);
    this.health.started(now);
    this.calls += next.rows.length;
    return next;
  }

  /** Whether a batch of it could go but for the room, and has waited for that for long. */
  lacksRoom(now: number, room: number): boolean {
    const { batching, lanes, limiter } = this;
    if (batching === undefined || !this.mayGo(now)) return false;
    return [...lanes.readyGroups()].some(
      (group) =>
        batching.isOverdue(group, now) &&
        limiter.mayStart(group.type, now) &&
        batching.take(group, now, room) === 0,
    );
  }

  /** Their call has ended. */
  ended(rows: readonly LedgerRow[], now: number): void {
    this.calls -= rows.length;
    this.pace.count(now, rows.length);
    const [first] = rows;
    if (first !== undefined) this.open.get(first.id)?.end(first.eventType);
  }

  /** Milliseconds until a row may start that may not now; undefined when something else has to happen first. */
  waitMs(now: number): number | undefined {
    if (this.standsStill() || !this.lanes.isReady()) return undefined;
    if (this.health.allowed(now) === 'none') return this.health.waitMs(now);
    return this.limiter.waitMs(now) ?? this.batchWaitMs(now);
  }

  private batchWaitMs(now: number): number | undefined {
    const { batching } = this;
    if (batching === undefined) return undefined;
    // What is due already waits for something else.
    const waits = [...this.lanes.readyGroups()].map((group) => batching.dueAt(group) - now);
    const ahead = waits.filter((wait) => wait > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  /** Keys for the one call that shows whether it works again; a batch goes out whole, or it would be another one. */
  private firstKeys(): number {
    const enough = this.batching?.size ?? 1;
    return this.lanes.size < enough ? enough : 0;
  }

  private isWell(now: number): boolean {
    return !this.standsStill() && this.health.allowed(now) === 'all';
  }

  private standsStill(): boolean {
    return this.withheld || this.parking > 0;
  }

  private nextGroup(now: number, room: number): Group | undefined {
    let best: Group | undefined;
    let priority = Number.NEGATIVE_INFINITY;
    for (const group of this.lanes.readyGroups()) {
      const isOverdue = this.batching?.isOverdue(group, now) === true;
      const its = isOverdue ? Number.POSITIVE_INFINITY : this.limiter.priorityOf(group.type);
      if (its <= priority || !this.limiter.mayStart(group.type, now)) continue;
      if (this.countOf(group, now, room) === 0) continue;
      best = group;
      priority = its;
    }
    return best;
  }

  /** Whoever stands in line for longest, however urgent others are: one that alone is sent away would always be first. */
  private firstGroup(now: number, room: number): Group | undefined {
    const able = [...this.lanes.readyGroups()].filter(
      (group) => this.limiter.mayStart(group.type, now) && this.countOf(group, now, room) > 0,
    );
    return able.sort((a, b) => a.since() - b.since())[0];
  }

  private countOf(group: Group, now: number, room: number): number {
    return this.batching === undefined ? 1 : this.batching.take(group, now, room);
  }

  private hasRoom(share = 1): boolean {
    return this.lanes.size < MAX_ROWS * share && this.lanes.bytes < MAX_BYTES * share;
  }
}

function healthOf(given: QueueSettings, stored: LoadedState | undefined, now: Now): Health {
  const { breaker, disable_after_seconds } = given.delivery;
  return new Health({ breaker, disable_after_seconds, holdSeconds: given.holdSeconds }, stored, now);
}

function urgentOf({ types }: QueueSettings, limiter: Limiter): readonly string[] {
  return urgentAmong(types, (type) => limiter.priorityOf(type));
}

function adaptiveOf({ delivery, limits }: QueueSettings): AdaptiveLimit | undefined {
  return delivery.limits.adaptive ? new AdaptiveLimit(limits.concurrency) : undefined;
}
