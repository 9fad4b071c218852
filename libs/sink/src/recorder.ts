// Writes outcomes down, many in one statement, until they are written. A row that goes back to wait takes the rows
// behind it along: memory and ledger change together, alone at the gate.
import type { Logger } from '@switchboard/contracts';
import { BatchWriter } from '@switchboard/postgres';
import type { Gate } from './gate.ts';
import type { Lanes } from './lanes.ts';
import type { Ledger, OutcomeEntry } from './ledger.ts';
import type { LedgerRow } from './ledger-row.ts';
import { persist, type Persistence } from './persist.ts';
import type { Tried, Verdict } from './verdict.ts';

/** An outcome to write. */
export interface Recording {
  readonly row: LedgerRow;
  readonly tried: Tried;
  readonly verdict: Verdict;
}

const MAX_BATCH = 500;

/** Writes outcomes to the ledger. */
export class Recorder {
  private readonly writer: BatchWriter<Recording>;

  constructor(
    private readonly parts: {
      readonly ledger: Ledger;
      readonly gate: Gate;
      readonly lanes: Lanes;
      readonly persistence: Persistence;
      readonly logger: Logger;
    },
  ) {
    this.writer = new BatchWriter((items) => this.write(items), { maxItems: MAX_BATCH });
  }

  /** Resolves when the outcome is written; rejects only when the process ends before. */
  add(recording: Recording): Promise<void> {
    return this.writer.add(recording);
  }

  /** Resolves when everything given is written. */
  idle(): Promise<void> {
    return this.writer.idle();
  }

  private async write(items: Recording[]): Promise<void> {
    const { ledger, gate, lanes, persistence, logger } = this.parts;
    const outcomes = items.map(entryOf);
    const halting = items.filter(({ verdict }) => verdict.halts !== undefined);
    const broken = items.filter(({ tried }) => tried.kind === 'broken');
    const held = new Map(broken.map(({ row, tried }) => [row.integrationId, tried.reason ?? '']));
    const worked = items.filter(({ row, tried }) => row.afterHold && tried.kind === 'delivered');
    const recovered = new Set(worked.map(({ row }) => row.integrationId));
    const record = (released: number[]) => ledger.record({ outcomes, released, held, recovered });
    const put = async () => {
      const released = halting.flatMap(({ row, verdict }) => lanes.waiting(row, verdict.halts ?? 'lane'));
      const written = await record(released);
      for (const { row, verdict } of halting) lanes.drop(row, verdict.halts ?? 'lane');
      return written;
    };
    const once = halting.length === 0 ? () => record([]) : () => gate.alone(put);
    const written = await persist('recording outcomes', once, persistence, logger);
    if (written < items.length) {
      logger.warn(
        { outcomes: items.length, written },
        'Some outcomes were written before, or their rows belong to another process by now.',
      );
    }
  }
}

function entryOf({ row, tried, verdict }: Recording): OutcomeEntry {
  return {
    id: row.id,
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
  };
}
