// Writes outcomes down, many in one statement, until they are written. A row that goes back to wait takes the rows
// behind it along, or all of its integration: memory and ledger change together, one change at a time (see OrderLock).
import type { Logger } from '@switchboard/contracts';
import {
  type Ledger,
  type LedgerRow,
  type OutcomeEntry,
  type Persistence,
  type RefusedValueError,
  type Released,
  retryAnythingUntilWritten,
  retryEachUntilWritten,
  retryUntilWritten,
} from '@switchboard/ledger';
import { BatchWriter } from '@switchboard/postgres';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { OrderLock } from './order-lock.ts';

/** An outcome to write. */
export interface Recording {
  readonly queue: IntegrationQueue;
  readonly row: LedgerRow;
  readonly result: AttemptResult;
  readonly disposition: Disposition;
  /** Everything of its integration that is in memory goes back. */
  readonly parks: boolean;
}

const MAX_BATCH = 500;
/** A statement for one outcome costs Postgres half of one for ten, and nobody waits for it but the next process. */
const LINGER_MS = 20;

/** Writes outcomes to the ledger. */
export class Recorder {
  private readonly writer: BatchWriter<Recording>;

  constructor(
    private readonly parts: {
      readonly ledger: Ledger;
      readonly orderLock: OrderLock;
      readonly persistence: Persistence;
      readonly logger: Logger;
    },
  ) {
    this.writer = new BatchWriter((items) => this.write(items), {
      maxItems: MAX_BATCH,
      lingerMs: LINGER_MS,
      // Each outcome is of another row, and is fenced by the claim of that row alone.
      inOrder: false,
    });
  }

  /** Resolves when the outcome is written; rejects only when the process ends before. */
  add(recording: Recording): Promise<void> {
    return this.writer.add(recording);
  }

  private write(items: Recording[]): Promise<void> {
    return retryEachUntilWritten(
      items,
      (some) => this.put(some, some.map(entryOf), retryUntilWritten),
      (item, error) => {
        const { id, integrationId } = item.row;
        this.parts.logger.error(
          { delivery_id: id, integration_id: integrationId, error_message: error.message },
          'Details of an outcome cannot be stored; it is recorded without them.',
        );
        // Nothing of strangers is left in it: what is refused now is no fault of the delivery.
        return this.put([item], [bare(entryOf(item), error)], retryAnythingUntilWritten);
      },
    );
  }

  private async put(
    items: readonly Recording[],
    outcomes: readonly OutcomeEntry[],
    repeating: typeof retryUntilWritten,
  ): Promise<void> {
    const { ledger, orderLock, persistence, logger } = this.parts;
    // One that is dead may be what makes its integration stand still.
    const waiting = items.filter(({ disposition, parks }) => parks || disposition.state === 'waiting');
    const putBack = async () => {
      const opening = waiting.map(({ queue, row, parks }) =>
        parks ? queue.lanes.close() : queue.lanes.close(row.orderingKey),
      );
      for (const { queue } of waiting) queue.backlog.rowsReturned();
      const released = behindOf(waiting);
      const written = await ledger.record({ outcomes, released }).finally(() => {
        for (const { queue, parks } of waiting) {
          if (parks) queue.backlog.invalidate();
          else queue.backlog.rowsReturned();
        }
        // An intake that is under way may have asked the ledger before this was written.
        void orderLock.sharedEnded().then(() => {
          for (const open of opening) open();
        });
      });
      for (const { queue, row, parks } of waiting) {
        if (parks) {
          queue.lanes.clear();
          queue.parking -= 1;
        }
        queue.lanes.drop(row);
      }
      return written;
    };
    const once =
      waiting.length === 0
        ? () => ledger.record({ outcomes, released: [] })
        : () => orderLock.serial(putBack);
    const written = await repeating('recording outcomes', once, persistence, logger);
    if (written < items.length) {
      logger.warn(
        { outcomes: items.length, written },
        'Some outcomes were written before, or their rows belong to another process by now.',
      );
    }
  }
}

/** Rows that go back with others: behind one that waits for as long as it does, of a parked integration at once. */
function behindOf(waiting: readonly Recording[]): Released[] {
  const released = new Map<number, Released>();
  for (const { queue, parks } of waiting) {
    if (!parks) continue;
    for (const { id, day, claim } of queue.lanes.rows())
      released.set(id, { id, day, claim, delaySeconds: 0 });
  }
  for (const { queue, row, disposition } of waiting) {
    for (const { id, day, claim } of queue.lanes.behind(row)) {
      released.set(id, { id, day, claim, delaySeconds: disposition.delaySeconds });
    }
  }
  return [...released.values()];
}

/** The same end of a delivery, without what the sink and the other side said about it. */
function bare(entry: OutcomeEntry, { code }: RefusedValueError): OutcomeEntry {
  const reason = `the details of the outcome are not shown: Postgres refuses a value of them (${code})`;
  return { ...entry, reason, reference: null, status: null, asked: null, answer: null };
}

function entryOf({ row, result, disposition }: Recording): OutcomeEntry {
  return {
    id: row.id,
    day: row.day,
    claim: row.claim,
    attempts: row.attempts,
    calls: row.calls,
    state: disposition.state,
    counted: disposition.counted,
    called: result.called,
    delaySeconds: disposition.delaySeconds,
    kind: result.kind,
    reason: result.reason,
    reference: result.reference,
    status: result.status,
    at: result.at,
    latencyMs: result.latencyMs,
    asked: result.request,
    answer: result.answer,
  };
}
