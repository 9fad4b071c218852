// Which rows go out together in one call: rows of one type with equally many attempts, and the members of a batch that is
// repeated. A repeated batch goes out whole, or it would need another idempotency key.
import type { Batch } from '@switchboard/sink';
import { storedBatchOf } from '../attempt/batch-membership.ts';
import type { Group } from './lanes.ts';

/**
 * Extra wait for missing members of a repeated batch. If they never come (expired, discarded), the rest goes out as a new
 * batch.
 */
const REJOIN_MS = 5_000;
/** A repeated batch that has been ready for so long goes before everything else. */
const OVERDUE_MS = 10_000;

/** Decides when rows of a group go out, and how many. Times are milliseconds of a monotonic clock. */
export class Batching {
  /** The most rows in one call. */
  readonly size: number;
  private readonly waitMs: number;

  constructor({ size, waitSeconds }: Pick<Batch, 'size' | 'waitSeconds'>) {
    this.size = size;
    this.waitMs = waitSeconds * 1000;
  }

  /** How many rows of the group go out now, at most `capacity`. 0 when they wait for other rows or for capacity. */
  take(group: Group, now: number, capacity: number): number {
    if (!this.isComplete(group) && now < this.dueAt(group)) return 0;
    const count = Math.min(group.size, this.size);
    if (storedBatchOf(group.first()) === undefined) return Math.min(count, capacity);
    return count <= capacity ? count : 0;
  }

  /** Whether the group is a repeated batch that has waited for capacity for too long. */
  isOverdue(group: Group, now: number): boolean {
    return (
      storedBatchOf(group.first()) !== undefined &&
      now - group.since() >= OVERDUE_MS &&
      (this.isComplete(group) || now >= this.dueAt(group))
    );
  }

  /** When rows of the group go out, whether more rows come or not. */
  dueAt(group: Group): number {
    const stored = storedBatchOf(group.first());
    return group.since() + this.waitMs + (stored === undefined ? 0 : REJOIN_MS);
  }

  private isComplete(group: Group): boolean {
    return group.size >= (storedBatchOf(group.first())?.size ?? this.size);
  }
}
