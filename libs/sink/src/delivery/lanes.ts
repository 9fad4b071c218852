// One integration's claimed rows in memory: a lane per ordering key, each row after the one before it, lanes side by
// side. Lanes that may go on stand in line by the type of their next row.
import type { LedgerRow } from '../ledger/row.ts';

interface Lane {
  readonly key: string;
  readonly queue: LedgerRow[];
  /** A row of it is being delivered. */
  busy: boolean;
  /** Rows on whose account it stands still until their outcome is written. */
  readonly halted: Set<number>;
}

/** Rows waiting in memory for their call. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new Set<number>();
  /** Lanes that may go on, first come first served, by the type of their next row. */
  private readonly ready = new Map<string, Set<Lane>>();

  bytes = 0;

  /** Rows that wait here. */
  get size(): number {
    return this.ids.size;
  }

  /** Rows that wait here. */
  rows(): LedgerRow[] {
    return [...this.lanes.values()].flatMap(({ queue }) => queue);
  }

  /** Types of which a row may be delivered next. */
  readyTypes(): Iterable<string> {
    return this.ready.keys();
  }

  /** Whether any row may be delivered next. */
  isReady(): boolean {
    return this.ready.size > 0;
  }

  /** Appends rows, which must come in the order of the ledger. One that is here already is left alone. */
  add(row: LedgerRow): void {
    if (this.ids.has(row.id)) return;
    this.ids.add(row.id);
    this.bytes += sizeOf(row);
    const lane = this.laneOf(row.orderingKey);
    lane.queue.push(row);
    if (lane.queue.length === 1) this.offer(lane);
  }

  /** Takes the next row of a type that `readyTypes` named; its lane is busy until `finish`. */
  take(type: string): LedgerRow | undefined {
    const line = this.ready.get(type);
    const lane = line?.values().next().value;
    const row = lane?.queue[0];
    if (lane === undefined || row === undefined) return undefined;
    this.withdraw(lane);
    lane.queue.shift();
    this.forget(row);
    lane.busy = true;
    return row;
  }

  /** The row given by `take` has its outcome: the lane goes on, unless it is halted. */
  finish(row: LedgerRow): void {
    const lane = this.lanes.get(row.orderingKey);
    if (lane === undefined) return;
    lane.busy = false;
    this.offer(lane);
  }

  /** Nothing of the row's lane starts until `drop`. New rows queue up meanwhile. */
  halt(row: LedgerRow): void {
    this.laneOf(row.orderingKey).halted.add(row.id);
  }

  /** The rows behind a row. */
  behind(row: LedgerRow): readonly LedgerRow[] {
    return this.lanes.get(row.orderingKey)?.queue ?? [];
  }

  /** Forgets the rows behind a row, and the halt on its account. */
  drop(row: LedgerRow): void {
    const lane = this.lanes.get(row.orderingKey);
    if (lane === undefined) return;
    lane.halted.delete(row.id);
    this.empty(lane);
  }

  /** Forgets everything that is not being delivered. Halts stay: their outcomes are still to be written. */
  clear(): void {
    for (const lane of [...this.lanes.values()]) this.empty(lane);
  }

  private empty(lane: Lane): void {
    this.withdraw(lane);
    for (const row of lane.queue.splice(0)) this.forget(row);
    this.discard(lane);
  }

  private forget(row: LedgerRow): void {
    this.ids.delete(row.id);
    this.bytes -= sizeOf(row);
  }

  private laneOf(key: string): Lane {
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = { key, queue: [], busy: false, halted: new Set() };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private offer(lane: Lane): void {
    if (lane.busy || lane.halted.size > 0) return;
    const [next] = lane.queue;
    if (next === undefined) {
      this.discard(lane);
      return;
    }
    const line = this.ready.get(next.eventType);
    if (line === undefined) this.ready.set(next.eventType, new Set([lane]));
    else line.add(lane);
  }

  /** Out of the line of its next row, where it stands in one. */
  private withdraw(lane: Lane): void {
    const type = lane.queue[0]?.eventType;
    const line = type === undefined ? undefined : this.ready.get(type);
    if (type === undefined || !line?.delete(lane)) return;
    if (line.size === 0) this.ready.delete(type);
  }

  private discard(lane: Lane): void {
    if (!lane.busy && lane.queue.length === 0 && lane.halted.size === 0) this.lanes.delete(lane.key);
  }
}

function sizeOf(row: LedgerRow): number {
  return row.body?.length ?? 0;
}
