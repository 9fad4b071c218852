// Claimed rows in memory, in lanes: one lane per integration and ordering key, each row after the one before it, lanes
// side by side.
import { type LedgerRow, laneKey } from './ledger-row.ts';

/** What a row that goes back to wait takes along: the rows behind it, or every row of its integration. */
export type Scope = 'lane' | 'integration';

const MAX_ROWS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

interface Lane {
  readonly key: string;
  readonly integrationId: string;
  readonly queue: LedgerRow[];
  /** A row of it is being delivered. */
  busy: boolean;
}

/** Rows waiting in memory for their call. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly ids = new Set<number>();
  private ready: Lane[] = [];
  /** Lanes and integrations that stand still, with the rows on whose account they do. */
  private readonly halts = {
    lane: new Map<string, Set<number>>(),
    integration: new Map<string, Set<number>>(),
  };

  private bytes = 0;

  /** Whether more rows may be claimed. The bounds are soft: a statement under way may bring a batch more. */
  hasRoom(share = 1): boolean {
    return this.ids.size < MAX_ROWS * share && this.bytes < MAX_BYTES * share;
  }

  /** Ids of the rows that wait here. */
  known(): number[] {
    return [...this.ids];
  }

  /** Appends rows, which must come in the order of the ledger. One that is here already is left alone. */
  add(rows: readonly LedgerRow[]): void {
    for (const row of rows) {
      if (this.ids.has(row.id)) continue;
      this.ids.add(row.id);
      this.bytes += sizeOf(row);
      const lane = this.laneOf(row);
      lane.queue.push(row);
      if (lane.queue.length === 1) this.offer(lane);
    }
  }

  /** The next row that may be delivered; its lane is busy until `finish`. Lanes take turns. */
  next(): LedgerRow | undefined {
    for (let lane = this.ready.shift(); lane !== undefined; lane = this.ready.shift()) {
      if (lane.busy || this.isHalted(lane)) continue;
      const row = lane.queue.shift();
      if (row === undefined) continue;
      this.forget(row);
      lane.busy = true;
      return row;
    }
    return undefined;
  }

  /** The row given by `next` has its outcome: the lane goes on, unless it is halted. */
  finish(row: LedgerRow): void {
    const lane = this.lanes.get(laneKey(row));
    if (lane === undefined) return;
    lane.busy = false;
    this.offer(lane);
  }

  /** Nothing of the row's lane, or of its integration, starts until `drop`. New rows queue up meanwhile. */
  halt(row: LedgerRow, scope: Scope): void {
    const halts = this.halts[scope];
    const name = nameOf(row, scope);
    halts.set(name, (halts.get(name) ?? new Set()).add(row.id));
  }

  /** Ids of the rows that wait in the row's lane, or in all lanes of its integration. */
  waiting(row: LedgerRow, scope: Scope): number[] {
    return this.select(row, scope).flatMap((lane) => lane.queue.map(({ id }) => id));
  }

  /** Forgets those rows, and with them the halt on this row's account. */
  drop(row: LedgerRow, scope: Scope): void {
    const name = nameOf(row, scope);
    const halted = this.halts[scope].get(name);
    halted?.delete(row.id);
    if (halted?.size === 0) this.halts[scope].delete(name);
    for (const lane of this.select(row, scope)) this.empty(lane);
  }

  /** Forgets everything that is not being delivered. Halts stay: their outcomes are still to be written. */
  clear(): void {
    this.ready = [];
    for (const lane of this.lanes.values()) this.empty(lane);
  }

  private empty(lane: Lane): void {
    for (const row of lane.queue.splice(0)) this.forget(row);
    if (!lane.busy) this.lanes.delete(lane.key);
  }

  private forget(row: LedgerRow): void {
    this.ids.delete(row.id);
    this.bytes -= sizeOf(row);
  }

  private select(row: LedgerRow, scope: Scope): Lane[] {
    if (scope === 'integration') {
      return [...this.lanes.values()].filter((lane) => lane.integrationId === row.integrationId);
    }
    const lane = this.lanes.get(laneKey(row));
    return lane === undefined ? [] : [lane];
  }

  private laneOf(row: LedgerRow): Lane {
    const key = laneKey(row);
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = { key, integrationId: row.integrationId, queue: [], busy: false };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private isHalted(lane: Lane): boolean {
    return this.halts.lane.has(lane.key) || this.halts.integration.has(lane.integrationId);
  }

  private offer(lane: Lane): void {
    if (lane.busy || this.isHalted(lane)) return;
    if (lane.queue.length > 0) this.ready.push(lane);
    else this.lanes.delete(lane.key);
  }
}

function sizeOf(row: LedgerRow): number {
  return row.body?.length ?? 0;
}

function nameOf(row: LedgerRow, scope: Scope): string {
  return scope === 'lane' ? laneKey(row) : row.integrationId;
}
