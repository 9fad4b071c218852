// Takes rows out of their lanes and delivers them: so many calls at once, and no more calls than may be left without a
// written outcome when the process dies.
import { type Logger, typeLabel } from '@switchboard/contracts';
import { fieldsOf } from './attempt.ts';
import type { Lanes } from './lanes.ts';
import type { LedgerRow } from './ledger-row.ts';
import type { Lease } from './lease.ts';
import type { SinkObserver } from './observer.ts';
import type { Recorder } from './recorder.ts';
import type { Timing } from './timing.ts';
import { judge, type Tried, type Verdict } from './verdict.ts';

const MAX_CALLS = 64;
const MAX_UNRECORDED = 512;

/** Delivers what is in the lanes. */
export class Dispatcher {
  /** Rows from the start of their call until their outcome is written. */
  private readonly open = new Set<number>();
  private readonly running = new Set<Promise<void>>();
  private calls = 0;
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly lanes: Lanes;
      readonly lease: Lease;
      readonly recorder: Recorder;
      readonly attempt: (row: LedgerRow) => Promise<Tried | 'lost'>;
      readonly timing: Timing;
      readonly observer: SinkObserver;
      readonly logger: Logger;
    },
  ) {}

  /** Rows whose call is under way or whose outcome is not written yet. */
  unrecorded(): number[] {
    return [...this.open];
  }

  /** Starts as many calls as there may be. */
  pump(): void {
    const { lanes, lease } = this.parts;
    while (!this.stopped && this.calls < MAX_CALLS && this.open.size < MAX_UNRECORDED && lease.holds()) {
      const row = lanes.next();
      if (row === undefined) return;
      const run = this.deliver(row).finally(() => this.running.delete(run));
      this.running.add(run);
    }
  }

  /** Starts no more calls. Resolves when those under way have their outcome written. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  private async deliver(row: LedgerRow): Promise<void> {
    const { lanes, recorder, logger } = this.parts;
    this.open.add(row.id);
    this.calls += 1;
    const tried = await this.parts.attempt(row);
    this.calls -= 1;
    if (tried === 'lost') {
      lanes.finish(row);
      this.open.delete(row.id);
      return this.pump();
    }
    const verdict = judge(row, tried, this.parts.timing);
    if (verdict.halts !== undefined) lanes.halt(row, verdict.halts);
    lanes.finish(row);
    this.tell(row, tried, verdict);
    const written = recorder.add({ row, tried, verdict });
    this.pump();
    await written.catch((error: unknown) => {
      logger.error(
        { ...fieldsOf(row), error_message: String(error) },
        'An outcome could not be written before the end.',
      );
    });
    this.open.delete(row.id);
    this.pump();
  }

  private tell(row: LedgerRow, tried: Tried, verdict: Verdict): void {
    const { observer, logger } = this.parts;
    const outcome = verdict.state === 'waiting' ? tried.kind : verdict.state;
    observer.outcome(row.sink, typeLabel(row.eventType), outcome);
    if (verdict.state === 'delivered')
      observer.effect(row.sink, (Date.now() - row.acceptedAt.getTime()) / 1000);
    const fields = { ...fieldsOf(row), duration_ms: tried.latencyMs, error_message: tried.reason };
    if (verdict.state === 'dead') logger.warn(fields, 'A delivery is dead.');
    if (tried.kind === 'broken') logger.warn(fields, 'An integration is at fault; its deliveries wait.');
  }
}
