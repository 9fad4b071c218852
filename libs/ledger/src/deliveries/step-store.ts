// Results of steps are stored before the sink goes on, batched over all deliveries under way. While Postgres is away the
// delivery waits here: going on would mean repeating the step one day.
import type { Logger } from '@switchboard/contracts';
import { BatchWriter } from '@switchboard/postgres';
import type { Ledger } from './ledger.ts';
import type { RefusedValueError } from './refused.ts';
import { type Persistence, retryEachUntilWritten, retryUntilWritten } from './retry-until-written.ts';
import type { Claim } from './row.ts';

/** The row was taken over by another process while its delivery ran here. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'CLAIM_LOST';
}

interface Item {
  readonly row: Claim;
  readonly step: Readonly<Record<string, unknown>>;
  kept: boolean;
  refused?: RefusedValueError;
}

const MAX_BATCH = 500;

/** Stores the results of steps. */
export class StepStore {
  private readonly writer: BatchWriter<Item>;

  constructor(
    private readonly ledger: Ledger,
    private readonly persistence: Persistence,
    private readonly logger: Logger,
  ) {
    this.writer = new BatchWriter((items) => this.write(items), {
      maxItems: MAX_BATCH,
      // A delivery waits for each of its steps before it goes on.
      inOrder: false,
    });
  }

  /**
   * Resolves when the results are stored, by the names of their steps. Throws ClaimLostError when the row is no longer ours, and
   * RefusedValueError when Postgres takes no such result.
   */
  async store(row: Claim, step: Readonly<Record<string, unknown>>): Promise<void> {
    const item: Item = { row, step, kept: false };
    await this.writer.add(item);
    if (item.refused !== undefined) throw item.refused;
    if (!item.kept)
      throw new ClaimLostError(`storing a step of delivery ${row.id}: another process has taken it over`);
  }

  private async write(items: Item[]): Promise<void> {
    // Calls of one delivery may end side by side, and one statement changes a row once.
    const merged = new Map<number, { row: Claim; step: Record<string, unknown> }>();
    for (const { row, step } of items) {
      merged.set(row.id, { row, step: { ...merged.get(row.id)?.step, ...step } });
    }
    const kept = new Set<number>();
    const refused = new Map<number, RefusedValueError>();
    await retryEachUntilWritten(
      [...merged.values()],
      async (some) => {
        const store = () => this.ledger.storeSteps(some);
        const ids = await retryUntilWritten(
          'storing the result of a step',
          store,
          this.persistence,
          this.logger,
        );
        for (const id of ids) kept.add(id);
      },
      ({ row }, error) => void refused.set(row.id, error),
    );
    for (const item of items) {
      const { id } = item.row;
      const error = refused.get(id);
      if (error === undefined) item.kept = kept.has(id);
      else item.refused = error;
    }
  }
}
