// Writes outcomes to the ledger, many in one statement, and repeats until they are written. A row that goes back to wait
// takes the rows behind it along, or all rows of its integration. Memory and ledger change together, one change at a time
// (see OrderLock).
import type { Logger } from '@switchboard/contracts';
import {
  type Ledger,
  type OutcomeEntry,
  type RefusedValueError,
  type ReleasedRow,
  retryAnythingUntilWritten,
  retryEachUntilWritten,
  retryUntilWritten,
  type WriteRetries,
} from '@switchboard/ledger';
import { BatchWriter } from '@switchboard/postgres';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { JudgedRow } from './judge-attempt.ts';
import type { OrderLock } from './order-lock.ts';

/** An outcome to write. */
export interface Recording extends JudgedRow {
  readonly queue: IntegrationQueue;
  /** All rows of its integration in memory go back to the ledger. */
  readonly returnsAll: boolean;
}

const MAX_BATCH = 500;
/** Outcomes are collected for so long. A statement for one outcome costs Postgres half as much as a statement for ten. */
const LINGER_MS = 20;

/** Writes outcomes to the ledger. */
export class Recorder {
  private readonly writer: BatchWriter<Recording>;

  constructor(
    private readonly parts: {
      readonly ledger: Ledger;
      readonly orderLock: OrderLock;
      readonly writeRetries: WriteRetries;
      readonly logger: Logger;
    },
  ) {
    this.writer = new BatchWriter((items) => this.write(items), {
      maxItems: MAX_BATCH,
      lingerMs: LINGER_MS,
      // Each outcome is of another row, and the claim of that row is its fence.
      inOrder: false,
    });
  }

  /** Resolves when the outcome is written. Rejects only when the process ends before that. */
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
        // No text of others is left in it: if Postgres still refuses it, the delivery is not at fault.
        return this.put([item], [withoutTexts(entryOf(item), error)], retryAnythingUntilWritten);
      },
    );
  }

  private async put(
    items: readonly Recording[],
    outcomes: readonly OutcomeEntry[],
    repeating: typeof retryUntilWritten,
  ): Promise<void> {
    const { ledger, orderLock, writeRetries, logger } = this.parts;
    // A dead row can send the other rows of its integration back too.
    const waiting = items.filter(
      ({ disposition, returnsAll }) => returnsAll || disposition.state === 'waiting',
    );
    const putBack = async () => {
      const openings = waiting.map(({ queue, row, returnsAll }) =>
        returnsAll ? queue.lanes.close() : queue.lanes.close(row.orderingKey),
      );
      for (const { queue } of waiting) queue.backlog.rowsReturned();
      const released = rowsBehind(waiting);
      const written = await ledger.record({ outcomes, released }).finally(() => {
        for (const { queue, returnsAll } of waiting) {
          if (returnsAll) queue.backlog.invalidate();
          else queue.backlog.rowsReturned();
        }
        // An intake in flight may have asked the ledger before this was written.
        void orderLock.intakesEnded().then(() => {
          for (const open of openings) open();
        });
      });
      for (const { queue, row, returnsAll } of waiting) {
        if (returnsAll) {
          queue.lanes.clear();
          queue.returning -= 1;
        }
        queue.lanes.drop(row);
      }
      return written;
    };
    const once =
      waiting.length === 0
        ? () => ledger.record({ outcomes, released: [] })
        : () => orderLock.change(putBack);
    const written = await repeating('recording outcomes', once, writeRetries, logger);
    if (written < items.length) {
      logger.warn(
        { outcomes: items.length, written },
        'Some outcomes were written before, or their rows belong to another process by now.',
      );
    }
  }
}

/**
 * Rows that go back together with others: rows behind a row that waits, with the same delay, and, where `returnsAll` is
 * set, all rows of the integration, due at once.
 */
function rowsBehind(waiting: readonly Recording[]): ReleasedRow[] {
  const released = new Map<number, ReleasedRow>();
  for (const { queue, returnsAll } of waiting) {
    if (!returnsAll) continue;
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

/** The same outcome, without the texts of the sink and of the other side. */
function withoutTexts(entry: OutcomeEntry, { code }: RefusedValueError): OutcomeEntry {
  const reason = `the details of the outcome are not shown: Postgres refuses a value of them (${code})`;
  return { ...entry, reason, reference: null, status: null, request: null, answer: null };
}

function entryOf({ row, result, disposition }: Recording): OutcomeEntry {
  return {
    id: row.id,
    day: row.day,
    claim: row.claim,
    attemptsUsed: row.attemptsUsed,
    attemptsMade: row.attemptsMade,
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
    request: result.request,
    answer: result.answer,
  };
}
