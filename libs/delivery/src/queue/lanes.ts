// One integration's claimed rows in memory: a lane per ordering key, each row after the one before it, lanes side by
// side. Lanes that may go on stand in line by the group of their next row.
import type { LedgerRow } from '@switchboard/ledger';

interface Lane {
  readonly key: string;
  readonly queue: LedgerRow[];
  /** A row of it is being delivered. */
  busy: boolean;
  /** Rows on whose account it stands still until their outcome is written. */
  readonly halted: Set<number>;
  /** When it came into line. */
  since: number;
}

/** Rows that may be delivered next, of different lanes and one type, first come first served. */
export class Group {
  readonly lanes = new Set<Lane>();

  constructor(
    readonly name: string,
    readonly type: string,
  ) {}

  get size(): number {
    return this.lanes.size;
  }

  /** The row that came first. */
  first(): LedgerRow {
    return this.head().queue[0] as LedgerRow;
  }

  /** Since when it stands in line, in milliseconds of a monotonic clock. */
  since(): number {
    return this.head().since;
  }

  // A group that nobody stands in is forgotten at once.
  private head(): Lane {
    return this.lanes.values().next().value as Lane;
  }
}

const ALL = Symbol('every key');

/** Rows waiting in memory for their call. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new Set<number>();
  /** Lanes that may go on, by the group of their next row. */
  private readonly ready = new Map<string, Group>();
  /** Keys of which rows are on their way back to the ledger, and how many times over; `ALL` stands for every key. */
  private readonly closed = new Map<string | typeof ALL, number>();

  bytes = 0;

  /** `groupOf` names the group that a row is delivered in. */
  constructor(private readonly groupOf: (row: LedgerRow) => string) {}

  /** Rows that wait here. */
  get size(): number {
    return this.ids.size;
  }

  /** Rows that wait here. */
  rows(): LedgerRow[] {
    return [...this.lanes.values()].flatMap(({ queue }) => queue);
  }

  /** Groups of which rows may be delivered next. */
  readyGroups(): Iterable<Group> {
    return this.ready.values();
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

  /** Takes the first rows of a group that is ready; their lanes are busy until `finish`. */
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

  /**
   * Rows of the key, or of every key, are on their way back to the ledger: until the answer is called, a row that comes
   * from there has to go back too.
   */
  close(key: string | typeof ALL = ALL): () => void {
    this.closed.set(key, (this.closed.get(key) ?? 0) + 1);
    return () => {
      const left = (this.closed.get(key) ?? 0) - 1;
      if (left > 0) this.closed.set(key, left);
      else this.closed.delete(key);
    };
  }

  /** Whether a row of the key that comes from the ledger has to go back. */
  isClosed(key: string): boolean {
    return this.closed.has(key) || this.closed.has(ALL);
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
      lane = { key, queue: [], busy: false, halted: new Set(), since: 0 };
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

  /** Out of the line of its next row, where it stands in one. */
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
  return row.footprint ?? row.body?.length ?? 0;
}
