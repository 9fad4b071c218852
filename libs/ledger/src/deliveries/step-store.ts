// Stores the result of a step before the sink continues, batched over all deliveries in flight. While Postgres is not
// available the delivery waits here: without the stored result a later attempt would repeat the step.
import type { Logger } from '@switchboard/contracts';
import { BatchWriter } from '@switchboard/postgres';
import type { Ledger } from './ledger.ts';
import type { Claim } from './ledger-row.ts';
import {
  type RefusedValueError,
  retryEachUntilWritten,
  retryUntilWritten,
  type WriteRetries,
} from './retry-until-written.ts';

/** Another process has taken over the row while its delivery ran here. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'CLAIM_LOST';
}

interface Item {
  readonly row: Claim;
  readonly step: Readonly<Record<string, unknown>>;
  stored: boolean;
  refused?: RefusedValueError;
}

const MAX_BATCH = 500;

/** Stores the results of steps. */
export class StepStore {
  private readonly writer: BatchWriter<Item>;

  constructor(
    private readonly ledger: Ledger,
    private readonly retries: WriteRetries,
    private readonly logger: Logger,
  ) {
    this.writer = new BatchWriter((items) => this.write(items), {
      maxItems: MAX_BATCH,
      // No order is needed: a delivery waits for each of its steps.
      inOrder: false,
    });
  }

  /**
   * Resolves when the results, by step name, are stored. Throws ClaimLostError when this process no longer owns the row, and
   * RefusedValueError when Postgres refuses a result.
   */
  async store(row: Claim, step: Readonly<Record<string, unknown>>): Promise<void> {
    const item: Item = { row, step, stored: false };
    await this.writer.add(item);
    if (item.refused !== undefined) throw item.refused;
    if (!item.stored)
      throw new ClaimLostError(`storing a step of delivery ${row.id}: another process has taken it over`);
  }

  private async write(items: Item[]): Promise<void> {
    // Steps of one delivery may end together, but one statement can update a row only once.
    const merged = new Map<number, { row: Claim; step: Record<string, unknown> }>();
    for (const { row, step } of items) {
      merged.set(row.id, { row, step: { ...merged.get(row.id)?.step, ...step } });
    }
    const stored = new Set<number>();
    const refused = new Map<number, RefusedValueError>();
    await retryEachUntilWritten(
      [...merged.values()],
      async (some) => {
        const store = () => this.ledger.storeSteps(some);
        const ids = await retryUntilWritten('storing the result of a step', store, this.retries, this.logger);
        for (const id of ids) stored.add(id);
      },
      ({ row }, error) => void refused.set(row.id, error),
    );
    for (const item of items) {
      const { id } = item.row;
      const error = refused.get(id);
      if (error === undefined) item.stored = stored.has(id);
      else item.refused = error;
    }
  }
}
