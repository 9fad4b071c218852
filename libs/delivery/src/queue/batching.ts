// Which rows go out together: of one type, tried equally often, and those of a batch that is to be repeated as it was.
import type { Batch } from '@switchboard/sink';
import { storedBatchOf } from '../attempt/batch-membership.ts';
import type { Group } from './lanes.ts';

/** How long members of a batch are waited for beyond the usual wait; one may have expired meanwhile. */
const REUNION_MS = 5_000;
/** A batch that has stood in line for so long goes before all else, which makes room for it. */
const OVERDUE_MS = 10_000;

/** Decides when rows of a group go out and how many. Times are milliseconds of a monotonic clock. */
export class Batching {
  /** Rows in one call at most. */
  readonly size: number;
  private readonly waitMs: number;

  constructor({ size, waitSeconds }: Pick<Batch, 'size' | 'waitSeconds'>) {
    this.size = size;
    this.waitMs = waitSeconds * 1000;
  }

  /** How many of the group go out now, where `room` may; 0 when they wait for others or for room. */
  take(group: Group, now: number, room: number): number {
    if (!this.isComplete(group) && now < this.dueAt(group)) return 0;
    const count = Math.min(group.size, this.size);
    if (storedBatchOf(group.first()) === undefined) return Math.min(count, room);
    return count <= room ? count : 0;
  }

  /** Whether a batch is to be repeated that has waited for room for long: it goes whole or not at all. */
  isOverdue(group: Group, now: number): boolean {
    return (
      storedBatchOf(group.first()) !== undefined &&
      now - group.since() >= OVERDUE_MS &&
      (this.isComplete(group) || now >= this.dueAt(group))
    );
  }

  /** When rows of the group go out whether others come or not. */
  dueAt(group: Group): number {
    const kept = storedBatchOf(group.first());
    return group.since() + this.waitMs + (kept === undefined ? 0 : REUNION_MS);
  }

  private isComplete(group: Group): boolean {
    return group.size >= (storedBatchOf(group.first())?.size ?? this.size);
  }
}
