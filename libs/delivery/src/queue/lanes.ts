// The claimed rows of one integration in memory. Each ordering key has a lane: its rows go out one after another, and lanes
// go out side by side. Lanes that are ready are grouped by what their next row may go out with.
import type { LedgerRow } from '@switchboard/ledger';

interface Lane {
  readonly key: string;
  readonly queue: LedgerRow[];
  /** A row of it is in flight. */
  busy: boolean;
  /** Rows that block it until their outcome is written. */
  readonly halted: Set<number>;
  /** When it became ready. */
  since: number;
}

/** Rows that may be delivered next: of different lanes and of one event type, the first come first. */
export class Group {
  readonly lanes = new Set<Lane>();

  constructor(
    readonly name: string,
    readonly type: string,
  ) {}

  get size(): number {
    return this.lanes.size;
  }

  /** The row that has been ready for longest. */
  first(): LedgerRow {
    return this.head().queue[0] as LedgerRow;
  }

  /** Since when that row has been ready, in milliseconds of a monotonic clock. */
  since(): number {
    return this.head().since;
  }

  // There is always one: an empty group is deleted at once.
  private head(): Lane {
    return this.lanes.values().next().value as Lane;
  }
}

const ALL = Symbol('every key');

/** The rows of one integration that wait in memory for their attempt. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new Set<number>();
  /** Ready lanes, by the group of their next row. */
  private readonly ready = new Map<string, Group>();
  /** Keys whose rows are on their way back to the ledger, each with the number of `close` calls. `ALL` is every key. */
  private readonly closed = new Map<string | typeof ALL, number>();

  bytes = 0;

  /** `groupOf` names the group of a row. Rows of one group may go out together. */
  constructor(private readonly groupOf: (row: LedgerRow) => string) {}

  /** How many rows wait here. */
  get size(): number {
    return this.ids.size;
  }

  /** The rows that wait here. */
  rows(): LedgerRow[] {
    return [...this.lanes.values()].flatMap(({ queue }) => queue);
  }

  /** The groups whose rows may be delivered next. */
  readyGroups(): Iterable<Group> {
    return this.ready.values();
  }

  /** Whether any row may be delivered next. */
  isReady(): boolean {
    return this.ready.size > 0;
  }

  /** Appends a row. Rows must come in the order of the ledger. A row that is here already is ignored. */
  add(row: LedgerRow): void {
    if (this.ids.has(row.id)) return;
    this.ids.add(row.id);
    this.bytes += sizeOf(row);
    const lane = this.laneOf(row.orderingKey);
    lane.queue.push(row);
    if (lane.queue.length === 1) this.offer(lane);
  }

  /** Takes the first rows of a ready group. Their lanes are busy until `finish`. */
  take(group: Group, count: number): LedgerRow[] {
    const rows: LedgerRow[] = [];
    for (const lane of group.lanes) {
      if (rows.length === count) break;
      const row = lane.queue[0] as LedgerRow;
      this.withdraw(lane);
      lane.queue.shift();
      this.forget(row);
      lane.busy = true;
      rows.push(row);
    }
    return rows;
  }

  /** A row from `take` has its outcome. Its lane is ready again, unless it is halted. */
  finish(row: LedgerRow): void {
    const lane = this.lanes.get(row.orderingKey);
    if (lane === undefined) return;
    lane.busy = false;
    this.offer(lane);
  }

  /** No row of this row's lane starts until `drop`. New rows queue up meanwhile. */
  halt(row: LedgerRow): void {
    this.laneOf(row.orderingKey).halted.add(row.id);
  }

  /** The rows that wait behind a row. */
  behind(row: LedgerRow): readonly LedgerRow[] {
    return this.lanes.get(row.orderingKey)?.queue ?? [];
  }

  /** Forgets the rows behind a row, and ends the halt because of it. */
  drop(row: LedgerRow): void {
    const lane = this.lanes.get(row.orderingKey);
    if (lane === undefined) return;
    lane.halted.delete(row.id);
    this.empty(lane);
  }

  /**
   * Rows of the key, or of every key, are on their way back to the ledger. Until the returned function is called, rows of
   * the key that come from the ledger must go back too.
   */
  close(key: string | typeof ALL = ALL): () => void {
    this.closed.set(key, (this.closed.get(key) ?? 0) + 1);
    return () => {
      const left = (this.closed.get(key) ?? 0) - 1;
      if (left > 0) this.closed.set(key, left);
      else this.closed.delete(key);
    };
  }

  /** Whether a row of the key that comes from the ledger must go back. */
  isClosed(key: string): boolean {
    return this.closed.has(key) || this.closed.has(ALL);
  }

  /** Forgets everything that is not in flight. Halts stay: the outcomes they wait for are not written yet. */
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
      lane = { key, queue: [], busy: false, halted: new Set(), since: 0 };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Makes a lane ready if it may go on. */
  private offer(lane: Lane): void {
    if (lane.busy || lane.halted.size > 0) return;
    const [next] = lane.queue;
    if (next === undefined) {
      this.discard(lane);
      return;
    }
    const name = this.groupOf(next);
    let group = this.ready.get(name);
    if (group === undefined) {
      group = new Group(name, next.eventType);
      this.ready.set(name, group);
    }
    if (group.lanes.has(lane)) return;
    lane.since = performance.now();
    group.lanes.add(lane);
  }

  /** Makes a lane not ready. */
  private withdraw(lane: Lane): void {
    const [next] = lane.queue;
    const group = next === undefined ? undefined : this.ready.get(this.groupOf(next));
    if (group === undefined || !group.lanes.delete(lane)) return;
    if (group.size === 0) this.ready.delete(group.name);
  }

  private discard(lane: Lane): void {
    if (!lane.busy && lane.queue.length === 0 && lane.halted.size === 0) this.lanes.delete(lane.key);
  }
}

function sizeOf(row: LedgerRow): number {
  return row.memoryBytes ?? row.body?.length ?? 0;
}
