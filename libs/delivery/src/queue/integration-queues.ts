// The queues of all integrations that this process owns. They start attempts round-robin, up to the
// number that may be left without a written outcome when the process dies. Integrations whose attempts are slow or hang
// leave room for others.
import type { LedgerRow } from '@switchboard/ledger';
import type { NextRows } from './age.ts';
import { FairShare } from './fair-share.ts';
import type { IntegrationQueue } from './integration-queue.ts';

/** The most attempts in flight and unwritten outcomes of a process: what may be repeated after its death. */
export const MAX_UNRECORDED = 512;
/** The most rows and bytes in memory, of all integrations together. */
const MAX_ROWS = 6000;
const MAX_BYTES = 128 * 1024 * 1024;
/** Each integration may have so much, however many share the memory. */
const MIN_ROWS = 8;
const MIN_BYTES = 64 * 1024;
/**
 * Throttled queues wake only when so many fewer than half of the places are in use. Otherwise all wake after each
 * attempt.
 */
const WAKE_MARGIN = 32;

/** What may be delivered now in one attempt, and the queue it is from. */
export interface NextAttempt extends NextRows {
  readonly queue: IntegrationQueue;
}

/** The queues of a process. */
export class IntegrationQueues {
  private readonly byId = new Map<string, IntegrationQueue>();
  /** Queues with rows that may start, in the order of their turns. */
  private readonly roundRobin = new Set<IntegrationQueue>();
  /** Queues that had no row to start at their turn. Rows may start later: with time, or when an attempt ends. */
  private readonly idle = new Set<IntegrationQueue>();
  /** Queues that are above their share. They wait until fewer attempts are in flight. */
  private readonly throttled = new Set<IntegrationQueue>();
  private readonly share = new FairShare<IntegrationQueue>(MAX_UNRECORDED);
  /** Rows from the start of their attempt until their outcome is written. */
  private unrecorded = 0;
  /** The queue whose repeated batch has waited too long for capacity. No other attempt starts until that batch fits. */
  private starved: IntegrationQueue | undefined;

  get(integrationId: string): IntegrationQueue | undefined {
    return this.byId.get(integrationId);
  }

  all(): IntegrationQueue[] {
    return [...this.byId.values()];
  }

  set(queue: IntegrationQueue): void {
    this.byId.set(queue.identity.integrationId, queue);
  }

  /** Forgets an integration that this process no longer owns. Its attempts in flight end by themselves. */
  remove(queue: IntegrationQueue): void {
    const { integrationId } = queue.identity;
    if (this.byId.get(integrationId) === queue) this.byId.delete(integrationId);
    this.roundRobin.delete(queue);
    this.throttled.delete(queue);
    this.idle.delete(queue);
    queue.suspended = true;
    queue.lanes.clear();
  }

  /**
   * Answers which queues may get more rows, by what all queues together have in memory. Every queue, while half of the
   * memory is free. Then only queues that have little of the other half. When memory is full, only queues that have next to
   * nothing. The reason: rows of slow integrations stay in memory for long.
   */
  withRoom(): (queue: IntegrationQueue) => boolean {
    let rows = 0;
    let bytes = 0;
    let holders = 1;
    for (const { lanes } of this.byId.values()) {
      rows += lanes.size;
      bytes += lanes.bytes;
      if (lanes.size > 0) holders += 1;
    }
    if (rows < MAX_ROWS / 2 && bytes < MAX_BYTES / 2) return () => true;
    const isFull = rows >= MAX_ROWS || bytes >= MAX_BYTES;
    const maxRows = isFull ? MIN_ROWS : Math.max(MIN_ROWS, MAX_ROWS / 2 / holders);
    const maxBytes = isFull ? MIN_BYTES : Math.max(MIN_BYTES, MAX_BYTES / 2 / holders);
    return ({ lanes }) => lanes.size < maxRows && lanes.bytes < maxBytes;
  }

  /**
   * Puts claimed rows into memory, in the order of the ledger. Returns the rows that must be released: this process does
   * not own their integration under that epoch, or an earlier row of their key is on its way back to the ledger.
   */
  add(rows: readonly LedgerRow[]): LedgerRow[] {
    const refused: LedgerRow[] = [];
    for (const row of rows) {
      const queue = this.byId.get(row.integrationId);
      if (
        queue === undefined ||
        queue.identity.epoch !== row.claim ||
        queue.lanes.isClosed(row.orderingKey)
      ) {
        refused.push(row);
        continue;
      }
      queue.lanes.add(row);
      this.enqueue(queue);
    }
    return refused;
  }

  /** A row of the queue may be able to start again. */
  wake(queue: IntegrationQueue): void {
    if (this.byId.get(queue.identity.integrationId) === queue && queue.lanes.isReady()) this.enqueue(queue);
  }

  private enqueue(queue: IntegrationQueue): void {
    this.idle.delete(queue);
    this.roundRobin.add(queue);
  }

  /** The next attempt that may start; undefined when none may start now. */
  next(now: number): NextAttempt | undefined {
    const capacity = MAX_UNRECORDED - this.unrecorded;
    const { starved } = this;
    if (capacity <= 0 || starved?.lacksCapacity(now, capacity) === true) return undefined;
    this.starved = undefined;
    const inTurn = starved?.lanes.isReady() === true ? [starved, ...this.roundRobin] : this.roundRobin;
    for (const queue of inTurn) {
      // `enqueue` below puts a queue that starts an attempt at the end. A queue that starts none is out until it is woken.
      this.roundRobin.delete(queue);
      this.idle.add(queue);
      if (this.hasTooMany(queue) || !this.share.allows(queue, this.unrecorded, now)) {
        this.throttled.add(queue);
        continue;
      }
      if (queue.lacksCapacity(now, capacity)) {
        this.starved = queue;
        return undefined;
      }
      const { rows, expired } = queue.next(now, capacity);
      if (rows.length + expired.length === 0) continue;
      this.enqueue(queue);
      this.share.started(queue, now);
      this.unrecorded += rows.length + expired.length;
      return { queue, rows, expired };
    }
    return undefined;
  }

  /** The outcome of a row from `next` is written, or will never be. */
  recorded(queue: IntegrationQueue, row: LedgerRow): void {
    queue.unrecorded.delete(row.id);
    this.unrecorded -= 1;
    this.wake(queue);
    if (this.throttled.size === 0 || this.unrecorded >= MAX_UNRECORDED / 2 - WAKE_MARGIN) return;
    for (const other of this.throttled) this.wake(other);
    this.throttled.clear();
  }

  /** One integration may have half of the places that others leave. So there is room for one more, however many hang. */
  private hasTooMany({ inFlight, unrecorded }: IntegrationQueue): boolean {
    return inFlight > 0 && inFlight >= (MAX_UNRECORDED - (this.unrecorded - unrecorded.size)) / 2;
  }

  /** Milliseconds until a row may start because of time alone; undefined when something else has to happen first. */
  waitMs(now: number): number | undefined {
    let soonest: number | undefined;
    for (const queue of this.idle) {
      const wait = queue.waitMs(now);
      // A queue without a ready row is enqueued when it has one.
      if (!queue.lanes.isReady()) this.idle.delete(queue);
      if (wait !== undefined && (soonest === undefined || wait < soonest)) soonest = wait;
    }
    return soonest;
  }

  /** The ids of all rows that are in memory or without a written outcome. */
  known(): number[] {
    return this.all().flatMap((queue) => [
      ...queue.lanes.rows().map(({ id }) => id),
      ...queue.unrecorded.keys(),
    ]);
  }
}
