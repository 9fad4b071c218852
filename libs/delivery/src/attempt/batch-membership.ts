// Which rows form a batch. It is stored with each row before the call, so that a repeat has the same members and therefore
// the same idempotency key.
import type { LedgerRow, StepStore } from '@switchboard/ledger';
import { deliveryKey } from './idempotency.ts';

/** The row stores its batch among its steps. Names with `#` belong to the runtime. */
export const BATCH = '#batch';

/** A batch whose outcome is unknown or that must be repeated. Its members stay together. */
export interface StoredBatch {
  /** Its idempotency key. */
  readonly key: string;
  readonly size: number;
}

type Store = Pick<StepStore, 'store'>;

/** The batch that a row belongs to. */
export function storedBatchOf({ steps }: Pick<LedgerRow, 'steps'>): StoredBatch | undefined {
  return (steps[BATCH] as StoredBatch | null | undefined) ?? undefined;
}

/** Rows with the same group may go out in one call. */
export function batchGroupOf(row: LedgerRow): string {
  const batch = storedBatchOf(row);
  // Rows with equally many attempts run out of them at the same time, so that a stored batch stays whole.
  return batch === undefined ? `${row.eventType} ${row.attemptsUsed}` : `${BATCH} ${batch.key}`;
}

/** Stores the batch with each of its rows that does not have it yet. */
export async function storeBatch(
  rows: readonly LedgerRow[],
  batch: StoredBatch,
  steps: Store,
): Promise<void> {
  const isStored = (row: LedgerRow) => {
    const known = storedBatchOf(row);
    return known?.key === batch.key && known.size === batch.size;
  };
  await Promise.all(rows.filter((row) => !isStored(row)).map((row) => steps.store(row, { [BATCH]: batch })));
}

/** From now on each row is a batch of one. */
export async function splitBatch(rows: readonly LedgerRow[], steps: Store): Promise<void> {
  await Promise.all(
    rows.map((row) =>
      steps.store(row, { [BATCH]: { key: deliveryKey(row), size: 1 } satisfies StoredBatch }),
    ),
  );
}

/** From now on the rows may go out with any others. */
export async function leaveBatch(rows: readonly LedgerRow[], steps: Store): Promise<void> {
  await Promise.all(rows.map((row) => steps.store(row, { [BATCH]: null })));
}
