// The integrations that this process owns, taking turns: so many calls at once, and no more than may be left without a
// written outcome when the process dies. Those that hang or are slow leave room for the others.
import type { LedgerRow } from '@switchboard/ledger';
import type { Next } from './age.ts';
import { FairShare } from './fair-share.ts';
import type { IntegrationQueue } from './integration-queue.ts';

/** Calls and unwritten outcomes of a process at most: what may be repeated after its death. */
export const MAX_UNRECORDED = 512;
/** Rows in memory at most, of all integrations together. */
const MAX_ROWS = 6000;
const MAX_BYTES = 128 * 1024 * 1024;
/** So much of one is next to nothing, however many share the memory. */
const LITTLE_ROWS = 8;
const LITTLE_BYTES = 64 * 1024;
/** Those that were held back go on when so many calls less than half are under way: not all of them after each. */
const SLACK = 32;

/** What may be delivered now in one call, and whose it is. */
export interface Turn extends Next {
  readonly queue: IntegrationQueue;
}

/** The queues of a process. */
export class IntegrationQueues {
  private readonly byId = new Map<string, IntegrationQueue>();
  /** Those with rows that may go, in the order of their turns. */
  private readonly line = new Set<IntegrationQueue>();
  /** Those that came out of the line with rows that may go later: by time, or when something of theirs ends. */
  private readonly resting = new Set<IntegrationQueue>();
  /** Rows from the start of their call until their outcome is written. */
  private open = 0;
  private readonly share = new FairShare<IntegrationQueue>(MAX_UNRECORDED);
  /** Those with rows that may go when less is under way. */
  private readonly heldBack = new Set<IntegrationQueue>();
  /** The integration whose repeated batch has waited too long for room: no other call starts until that batch fits. */
  private cramped: IntegrationQueue | undefined;

  get(integrationId: string): IntegrationQueue | undefined {
    return this.byId.get(integrationId);
  }

  all(): IntegrationQueue[] {
    return [...this.byId.values()];
  }

  set(queue: IntegrationQueue): void {
    this.byId.set(queue.identity.integrationId, queue);
  }

  /** Forgets an integration that is no longer ours. Calls of it under way end by themselves. */
  remove(queue: IntegrationQueue): void {
    const { integrationId } = queue.identity;
    if (this.byId.get(integrationId) === queue) this.byId.delete(integrationId);
    this.line.delete(queue);
    this.heldBack.delete(queue);
    this.resting.delete(queue);
    queue.withheld = true;
    queue.lanes.clear();
  }

  /**
   * Of which of them rows may be claimed, by what all have in memory: of any while half of it is free, then of those that
   * have little of the rest, and of those that have next to nothing even when it is full. What slow ones have in memory
   * stays there for long.
   */
  room(): (queue: IntegrationQueue) => boolean {
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
    const few = isFull ? LITTLE_ROWS : Math.max(LITTLE_ROWS, MAX_ROWS / 2 / holders);
    const light = isFull ? LITTLE_BYTES : Math.max(LITTLE_BYTES, MAX_BYTES / 2 / holders);
    return ({ lanes }) => lanes.size < few && lanes.bytes < light;
  }

  /**
   * Puts claimed rows into memory, in the order of the ledger. Answers those that have to go back: they are of nobody
   * here, or an earlier row of their key is on its way back.
   */
  add(rows: readonly LedgerRow[]): LedgerRow[] {
    const back: LedgerRow[] = [];
    for (const row of rows) {
      const queue = this.byId.get(row.integrationId);
      if (
        queue === undefined ||
        queue.identity.epoch !== row.claim ||
        queue.lanes.isClosed(row.orderingKey)
      ) {
        back.push(row);
        continue;
      }
      queue.lanes.add(row);
      this.enter(queue);
    }
    return back;
  }

  /** Something of it may go again. */
  wake(queue: IntegrationQueue): void {
    if (this.byId.get(queue.identity.integrationId) === queue && queue.lanes.isReady()) this.enter(queue);
  }

  private enter(queue: IntegrationQueue): void {
    this.resting.delete(queue);
    this.line.add(queue);
  }

  /** The next call that may begin; undefined when none may now. */
  next(now: number): Turn | undefined {
    const room = MAX_UNRECORDED - this.open;
    const { cramped } = this;
    if (room <= 0 || cramped?.lacksRoom(now, room) === true) return undefined;
    this.cramped = undefined;
    const inTurn = cramped?.lanes.isReady() === true ? [cramped, ...this.line] : this.line;
    for (const queue of inTurn) {
      // To the end of the line, or out of it until something of it may go again.
      this.line.delete(queue);
      this.resting.add(queue);
      if (this.isHog(queue) || !this.share.allows(queue, this.open, now)) {
        this.heldBack.add(queue);
        continue;
      }
      if (queue.lacksRoom(now, room)) {
        this.cramped = queue;
        return undefined;
      }
      const { rows, expired } = queue.next(now, room);
      if (rows.length + expired.length === 0) continue;
      this.enter(queue);
      this.share.started(queue, now);
      this.open += rows.length + expired.length;
      return { queue, rows, expired };
    }
    return undefined;
  }

  /** The outcome of a row that `next` gave is written, or never will be. */
  recorded(queue: IntegrationQueue, row: LedgerRow): void {
    queue.open.delete(row.id);
    this.open -= 1;
    this.wake(queue);
    if (this.heldBack.size === 0 || this.open >= MAX_UNRECORDED / 2 - SLACK) return;
    for (const other of this.heldBack) this.wake(other);
    this.heldBack.clear();
  }

  /** Calls may take half of what the others leave: however many hang, there is room for one more. */
  private isHog({ calls, open }: IntegrationQueue): boolean {
    return calls > 0 && calls >= (MAX_UNRECORDED - (this.open - open.size)) / 2;
  }

  /** Milliseconds until time alone lets a row go; undefined when something else has to happen first. */
  waitMs(now: number): number | undefined {
    let soonest: number | undefined;
    for (const queue of this.resting) {
      const wait = queue.waitMs(now);
      // Without a row that may go it comes back into the line when it has one.
      if (!queue.lanes.isReady()) this.resting.delete(queue);
      if (wait !== undefined && (soonest === undefined || wait < soonest)) soonest = wait;
    }
    return soonest;
  }

  /** Everything of theirs that is in memory or without a written outcome. */
  known(): number[] {
    return this.all().flatMap((queue) => [...queue.lanes.rows().map(({ id }) => id), ...queue.open.keys()]);
  }
}
