// Writes outcomes down, many in one statement, until they are written. A row that goes back to wait takes the rows
// behind it along, or all of its integration: memory and ledger change together, one change at a time (see Gate).
import type { Logger } from '@switchboard/contracts';
import {
  type Ledger,
  type LedgerRow,
  type OutcomeEntry,
  persist,
  persistEach,
  type Persistence,
  persistWhatever,
  type RefusedValueError,
  type Released,
} from '@switchboard/ledger';
import { BatchWriter } from '@switchboard/postgres';
import type { Tried, Verdict } from '../attempt/verdict.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Gate } from './gate.ts';

/** An outcome to write. */
export interface Recording {
  readonly outlet: Outlet;
  readonly row: LedgerRow;
  readonly tried: Tried;
  readonly verdict: Verdict;
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
      readonly gate: Gate;
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
    return persistEach(
      items,
      (some) => this.put(some, some.map(entryOf), persist),
      (item, error) => {
        const { id, integrationId } = item.row;
        this.parts.logger.error(
          { delivery_id: id, integration_id: integrationId, error_message: error.message },
          'Details of an outcome cannot be stored; it is recorded without them.',
        );
        // Nothing of strangers is left in it: what is refused now is no fault of the delivery.
        return this.put([item], [bare(entryOf(item), error)], persistWhatever);
      },
    );
  }

  private async put(
    items: readonly Recording[],
    outcomes: readonly OutcomeEntry[],
    repeating: typeof persist,
  ): Promise<void> {
    const { ledger, gate, persistence, logger } = this.parts;
    // One that is dead may be what makes its integration stand still.
    const waiting = items.filter(({ verdict, parks }) => parks || verdict.state === 'waiting');
    const putBack = async () => {
      const opening = waiting.map(({ outlet, row, parks }) =>
        parks ? outlet.lanes.close() : outlet.lanes.close(row.orderingKey),
      );
      for (const { outlet } of waiting) outlet.putBack();
      const released = behindOf(waiting);
      const written = await ledger.record({ outcomes, released }).finally(() => {
        for (const { outlet, parks } of waiting) {
          if (parks) outlet.doubt();
          else outlet.putBack();
        }
        // An intake that is under way may have asked the ledger before this was written.
        void gate.passed().then(() => {
          for (const open of opening) open();
        });
      });
      for (const { outlet, row, parks } of waiting) {
        if (parks) {
          outlet.lanes.clear();
          outlet.parking -= 1;
        }
        outlet.lanes.drop(row);
      }
      return written;
    };
    const once =
      waiting.length === 0 ? () => ledger.record({ outcomes, released: [] }) : () => gate.change(putBack);
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
  for (const { outlet, parks } of waiting) {
    if (!parks) continue;
    for (const { id, day, claim } of outlet.lanes.rows())
      released.set(id, { id, day, claim, delaySeconds: 0 });
  }
  for (const { outlet, row, verdict } of waiting) {
    for (const { id, day, claim } of outlet.lanes.behind(row)) {
      released.set(id, { id, day, claim, delaySeconds: verdict.delaySeconds });
    }
  }
  return [...released.values()];
}

/** The same end of a delivery, without what the sink and the other side said about it. */
function bare(entry: OutcomeEntry, { code }: RefusedValueError): OutcomeEntry {
  const reason = `the details of the outcome are not shown: Postgres refuses a value of them (${code})`;
  return { ...entry, reason, reference: null, status: null, asked: null, answer: null };
}

function entryOf({ row, tried, verdict }: Recording): OutcomeEntry {
  return {
    id: row.id,
    day: row.day,
    claim: row.claim,
    attempts: row.attempts,
    calls: row.calls,
    state: verdict.state,
    counted: verdict.counted,
    called: tried.called,
    delaySeconds: verdict.delaySeconds,
    kind: tried.kind,
    reason: tried.reason,
    reference: tried.reference,
    status: tried.status,
    at: tried.at,
    latencyMs: tried.latencyMs,
    asked: tried.asked,
    answer: tried.answer,
  };
}
