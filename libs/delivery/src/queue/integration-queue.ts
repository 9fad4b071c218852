// One integration as its owner delivers for it: the rows in memory, and what decides which of them go out next and when
// (limits, health, age, batches).
import type { DeliverySettings } from '@switchboard/contracts';
import { type LedgerRow, type LoadedState, PARKED_STATUSES } from '@switchboard/ledger';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import { batchGroupOf } from '../attempt/batch-membership.ts';
import { type Disposition, dispositionOf } from '../attempt/disposition.ts';
import type { Now } from '../timing.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { type Ages, type NextRows, NO_ROWS, splitExpired } from './age.ts';
import { Backlog } from './backlog.ts';
import { Batching } from './batching.ts';
import { Health } from './health.ts';
import { type Group, Lanes } from './lanes.ts';
import { Limiter } from './limiter.ts';
import { MemoryLimit } from './memory-limit.ts';
import type { QueueSettings } from './queue-settings.ts';

/** Keys that are claimed at a time when rows wait in the ledger. */
const MAX_KEYS = 64;
/** Claims of due rows fill half of the memory limit: new rows need the other half. Urgent rows may go above the limit. */
const CLAIM_SHARE = 0.5;
const URGENT_SHARE = 2;

/** The integration that a queue is for, and the slot and epoch under which this process owns it. */
export interface QueueIdentity {
  readonly integrationId: string;
  readonly tenantId: string;
  readonly sink: string;
  readonly slot: number;
  readonly epoch: number;
}

/** The queue of one integration that this process owns. */
export class IntegrationQueue {
  readonly lanes: Lanes;
  /** Rows of it outside memory. */
  readonly backlog = new Backlog();
  /** Rows from the start of their attempt until their outcome is written, each with the limiter that it was started by. */
  readonly unrecorded = new Map<number, Limiter>();
  /** Rows whose attempts are in flight. */
  inFlight = 0;
  /** Outcomes that are being written and send all rows in memory back to the ledger. Nothing starts meanwhile. */
  returning = 0;
  /** Switched off by its tenant, without the key of its secrets, or on its way to another process. Nothing starts. */
  suspended = true;

  settings: DeliverySettings;
  version: string;
  health: Health;
  adaptive: AdaptiveLimit | undefined;
  /** Event types with a priority above the lowest, the most urgent first. */
  urgent: readonly string[];
  private ages: Ages | undefined;
  private limiter: Limiter;
  private readonly batching: Batching | undefined;
  private readonly memory: MemoryLimit;
  /** When the settings changed last, on the monotonic clock. */
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly identity: QueueIdentity,
    given: QueueSettings,
    stored: LoadedState | undefined,
    now: Now,
  ) {
    this.batching = given.batch === undefined ? undefined : new Batching(given.batch);
    this.lanes = new Lanes(given.batch === undefined ? ({ eventType }) => eventType : batchGroupOf);
    this.memory = new MemoryLimit(this.lanes);
    this.settings = given.delivery;
    this.version = given.version;
    this.ages = given.ages;
    this.health = healthOf(given, stored, now);
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
    this.urgent = this.limiter.urgentTypes(given.types);
  }

  /** The integration was changed: the new settings hold from now on, and whatever it waited for is tried again. */
  renew(given: QueueSettings, now: Now): void {
    this.settings = given.delivery;
    this.version = given.version;
    const { health: before } = this;
    this.health = healthOf(given, undefined, now);
    this.health.startAnew(before.pendingNotifications());
    const wasParked = this.suspended || PARKED_STATUSES.includes(before.status);
    this.health.parkedUntil = wasParked ? now.wall : before.parkedUntil;
    this.ages = given.ages;
    this.adaptive = adaptiveOf(given);
    this.limiter = new Limiter(given.limits, this.adaptive);
    this.urgent = this.limiter.urgentTypes(given.types);
    this.renewedAt = now.mono;
  }

  /**
   * Judges an attempt that began at that time. `broken` from an attempt that began before the settings changed is ignored: it
   * counts as interrupted and is repeated.
   */
  judge(row: LedgerRow, result: AttemptResult, startedAt: number): Disposition {
    const disposition = dispositionOf(row, result, this.settings);
    return disposition.kind === 'broken' && startedAt < this.renewedAt
      ? { ...disposition, kind: 'interrupted' }
      : disposition;
  }

  /** Whether rows of it may go out, now or as soon as there is capacity. */
  canDeliver(now: number): boolean {
    return !this.isSuspended() && this.health.allowed(now) !== 'none';
  }

  /** Whether new rows may be claimed as they are written. */
  claimsNew(now: number): boolean {
    return this.backlog.state !== 'due' && this.isHealthy(now) && this.memory.hasRoom();
  }

  /**
   * More rows come in than go out, and memory will be empty soon. An intake should then wait a moment: to write the rows
   * unclaimed and claim them later costs twice.
   */
  isBehind(now: number): boolean {
    const isFull = this.backlog.state === 'due' || !this.memory.hasRoom();
    return isFull && this.isHealthy(now) && this.memory.emptiesSoon(now);
  }

  /** How many keys may be claimed now: of any rows, and of urgent rows. */
  claimable(now: number): { readonly keys: number; readonly urgentKeys: number } {
    const allowed = this.isSuspended() ? 'none' : this.health.allowed(now);
    if (allowed !== 'all') return { keys: allowed === 'one' ? this.probeKeys() : 0, urgentKeys: 0 };
    return {
      keys: this.memory.hasRoom(CLAIM_SHARE) ? MAX_KEYS : 0,
      urgentKeys: this.urgent.length > 0 && this.memory.hasRoom(URGENT_SHARE) ? MAX_KEYS : 0,
    };
  }

  /** Whether any rows may be claimed now. */
  mayClaim(now: number): boolean {
    const { keys, urgentKeys } = this.claimable(now);
    return keys + urgentKeys > 0;
  }

  /** Takes the rows that go out next, at most `capacity`. They count as started. NO_ROWS when none may start now. */
  next(now: number, capacity: number): NextRows {
    if (this.isSuspended() || !this.lanes.isReady()) return NO_ROWS;
    const allowed = this.health.allowed(now);
    if (allowed === 'none') return NO_ROWS;
    const group = allowed === 'one' ? this.probeGroup(now, capacity) : this.nextGroup(now, capacity);
    if (group === undefined) return NO_ROWS;
    const { type } = group;
    const taken = this.lanes.take(group, this.countOf(group, now, capacity));
    for (const { id } of taken) this.unrecorded.set(id, this.limiter);
    const next = splitExpired(taken, this.ages, this.health, Date.now());
    if (next.rows.length === 0) return next;
    this.limiter.start(type, now);
    this.health.started(now);
    this.inFlight += next.rows.length;
    return next;
  }

  /** Whether a repeated batch lacks nothing but capacity, and has waited for that for too long. */
  lacksCapacity(now: number, capacity: number): boolean {
    const { batching, lanes, limiter } = this;
    if (batching === undefined || !this.canDeliver(now)) return false;
    return [...lanes.readyGroups()].some(
      (group) =>
        batching.isOverdue(group, now) &&
        limiter.mayStart(group.type, now) &&
        batching.take(group, now, capacity) === 0,
    );
  }

  /** The attempt at these rows has ended. */
  ended(rows: readonly LedgerRow[], now: number): void {
    this.inFlight -= rows.length;
    this.memory.count(now, rows.length);
    const [first] = rows;
    if (first !== undefined) this.unrecorded.get(first.id)?.end(first.eventType);
  }

  /** Milliseconds until a row may start that may not start now; undefined when time alone does not help. */
  waitMs(now: number): number | undefined {
    if (this.isSuspended() || !this.lanes.isReady()) return undefined;
    if (this.health.allowed(now) === 'none') return this.health.waitMs(now);
    return this.limiter.waitMs(now) ?? this.batchWaitMs(now);
  }

  private batchWaitMs(now: number): number | undefined {
    const { batching } = this;
    if (batching === undefined) return undefined;
    // Groups that are already due wait for something else.
    const waits = [...this.lanes.readyGroups()].map((group) => batching.dueAt(group) - now);
    const ahead = waits.filter((wait) => wait > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  /** Keys for a probe. A batch must be complete, or it would be another batch. */
  private probeKeys(): number {
    const enough = this.batching?.size ?? 1;
    return this.lanes.size < enough ? enough : 0;
  }

  private isHealthy(now: number): boolean {
    return !this.isSuspended() && this.health.allowed(now) === 'all';
  }

  private isSuspended(): boolean {
    return this.suspended || this.returning > 0;
  }

  private nextGroup(now: number, capacity: number): Group | undefined {
    let best: Group | undefined;
    let bestPriority = Number.NEGATIVE_INFINITY;
    for (const group of this.lanes.readyGroups()) {
      const isOverdue = this.batching?.isOverdue(group, now) === true;
      const priority = isOverdue ? Number.POSITIVE_INFINITY : this.limiter.priorityOf(group.type);
      if (priority <= bestPriority || !this.limiter.mayStart(group.type, now)) continue;
      if (this.countOf(group, now, capacity) === 0) continue;
      best = group;
      bestPriority = priority;
    }
    return best;
  }

  /**
   * The group for a probe: the one that has been ready for longest, whatever its priority. Otherwise one urgent row that the
   * other side keeps deferring would be the probe every time, and the others would never be tried.
   */
  private probeGroup(now: number, capacity: number): Group | undefined {
    const able = [...this.lanes.readyGroups()].filter(
      (group) => this.limiter.mayStart(group.type, now) && this.countOf(group, now, capacity) > 0,
    );
    return able.sort((a, b) => a.since() - b.since())[0];
  }

  private countOf(group: Group, now: number, capacity: number): number {
    return this.batching === undefined ? 1 : this.batching.take(group, now, capacity);
  }
}

function healthOf(given: QueueSettings, stored: LoadedState | undefined, now: Now): Health {
  const { breaker, disable_after_seconds } = given.delivery;
  return new Health({ breaker, disable_after_seconds, holdSeconds: given.holdSeconds }, stored, now);
}

function adaptiveOf({ delivery, limits }: QueueSettings): AdaptiveLimit | undefined {
  return delivery.limits.adaptive ? new AdaptiveLimit(limits.concurrency) : undefined;
}
