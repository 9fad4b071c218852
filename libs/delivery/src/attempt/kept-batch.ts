// The batch that a row was delivered in before: its members stay together, so that a repeat has the same idempotency key.
import type { LedgerRow } from '@switchboard/ledger';

/** Where a row keeps the batch it belongs to, among its steps, under a name of ours. */
export const BATCH = '#batch';

/** A batch whose outcome is not known, or that is to be tried again: its members stay together under its key. */
export interface KeptBatch {
  /** Its idempotency key. */
  readonly key: string;
  readonly size: number;
}

/** The batch that a row belongs to. */
export function keptBatchOf({ steps }: Pick<LedgerRow, 'steps'>): KeptBatch | undefined {
  return (steps[BATCH] as KeptBatch | null | undefined) ?? undefined;
}

/** Rows of the same group may go out together. */
export function batchGroupOf(row: LedgerRow): string {
  const kept = keptBatchOf(row);
  // AttemptResult equally often, they are all given up at the same time: a batch that is kept stays whole.
  return kept === undefined ? `${row.eventType} ${row.attempts}` : `${BATCH} ${kept.key}`;
}
