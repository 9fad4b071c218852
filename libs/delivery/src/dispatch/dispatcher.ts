// Takes rows out of memory and delivers them: as many at a time as limits, health and the limit of unwritten outcomes allow.
import { type Logger, typeLabel } from '@switchboard/contracts';
import { type AttemptResult, logFieldsOf } from '../attempt/attempt-result.ts';
import type { SinkObserver } from '../observer.ts';
import { expiry } from '../queue/age.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues, NextAttempt } from '../queue/integration-queues.ts';
import { decisiveRow, type JudgedRow, judgeRows, updateHealth } from './judge-attempt.ts';
import type { Lease } from './lease.ts';
import type { Recorder } from './recorder.ts';

/** The longest timer. It is set again when it ends. */
const MAX_TIMER_MS = 60_000;

/** Delivers what is in memory. */
export class Dispatcher {
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private scheduled = false;
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly queues: IntegrationQueues;
      readonly lease: Lease;
      readonly recorder: Recorder;
      /** Returns one result for each row, in the order of the rows. */
      readonly attempt: (rows: NextAttempt['rows']) => Promise<readonly (AttemptResult | 'lost')[]>;
      readonly observer: SinkObserver;
      readonly logger: Logger;
    },
  ) {}

  /**
   * Schedules a turn that starts all attempts that may start. Requests of one moment, as after many outcomes, share a
   * turn.
   */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.turn();
    });
  }

  private turn(): void {
    const { queues, lease } = this.parts;
    while (!this.stopped && lease.holds()) {
      const next = queues.next(performance.now());
      if (next === undefined) break;
      const run = this.run(next).finally(() => this.running.delete(run));
      this.running.add(run);
    }
    this.setTimer();
  }

  /** Starts no more attempts. Resolves when the outcomes of all attempts in flight are written. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all(this.running);
  }

  private async run(next: NextAttempt): Promise<void> {
    const { queue, rows, expired } = next;
    for (const row of expired) queue.lanes.finish(row);
    const written = expired.map((row) => this.record(queue, { row, ...expiry() }, false));
    await Promise.all([...written, rows.length > 0 && this.deliver(next)]);
  }

  private async deliver({ queue, rows }: NextAttempt): Promise<void> {
    const { queues } = this.parts;
    const startedAt = performance.now();
    const results = await this.parts.attempt(rows);
    queue.ended(rows, performance.now());
    const judged = judgeRows(queue, rows, results, startedAt);
    const decisive = decisiveRow(judged);
    const returnsAll = decisive === undefined ? false : updateHealth(queue, decisive, startedAt);
    if (decisive === undefined) queue.health.undecided(startedAt, false);
    if (returnsAll) queue.returning += 1;
    for (const { row, disposition } of judged) if (disposition.state === 'waiting') queue.lanes.halt(row);
    for (const row of rows) queue.lanes.finish(row);
    queues.wake(queue);
    const written = judged.map((one) => this.record(queue, one, returnsAll && one === decisive));
    for (const [i, row] of rows.entries()) if (results[i] === 'lost') queues.recorded(queue, row);
    this.schedule();
    await Promise.all(written);
  }

  private async record(queue: IntegrationQueue, judged: JudgedRow, returnsAll: boolean): Promise<void> {
    const { queues, recorder, logger } = this.parts;
    const { row, result, disposition } = judged;
    this.report(judged);
    await recorder.add({ queue, row, result, disposition, returnsAll }).catch((error: unknown) => {
      logger.error(
        { ...logFieldsOf(row), error_message: String(error) },
        'An outcome could not be written before the process ended.',
      );
    });
    queues.recorded(queue, row);
    this.schedule();
  }

  /** Sets the timer for the next row that may start because of time alone. */
  private setTimer(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { queues } = this.parts;
    const wait = queues.waitMs(performance.now());
    if (wait === undefined) return;
    this.timer = setTimeout(
      () => {
        for (const queue of queues.all()) queues.wake(queue);
        this.schedule();
      },
      Math.min(Math.ceil(wait), MAX_TIMER_MS),
    );
  }

  private report({ row, result, disposition }: JudgedRow): void {
    const { observer, logger } = this.parts;
    const outcome = disposition.state === 'waiting' ? disposition.kind : disposition.state;
    observer.outcome(row.sink, typeLabel(row.eventType), outcome);
    if (disposition.state === 'delivered')
      observer.effect(row.sink, (Date.now() - row.acceptedAt.getTime()) / 1000);
    if (disposition.state !== 'dead' && disposition.kind !== 'broken') return;
    const fields = { ...logFieldsOf(row), duration_ms: result.latencyMs, error_message: result.reason };
    if (disposition.state === 'dead') logger.warn(fields, 'A delivery is dead.');
    if (disposition.kind === 'broken') logger.warn(fields, 'An integration is broken; its deliveries wait.');
  }
}
