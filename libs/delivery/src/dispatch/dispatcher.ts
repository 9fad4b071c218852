// Takes rows out of memory and delivers them, as many at once as limits, health and the bound on unwritten outcomes allow.
import { type Logger, typeLabel } from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import { logFieldsOf } from '../attempt/attempt-result.ts';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';
import type { SinkObserver } from '../observer.ts';
import { expiry } from '../queue/age.ts';
import { readClocks } from '../timing.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import type { IntegrationQueues, NextCall } from '../queue/integration-queues.ts';
import { callOf, type Ended, judgeAll } from './ended.ts';
import type { Lease } from './lease.ts';
import type { Recorder } from './recorder.ts';

/** A timer longer than this is set anew when it ends. */
const LONGEST_TIMER_MS = 60_000;

/** Delivers what is in memory. */
export class Dispatcher {
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private pumping = false;
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly queues: IntegrationQueues;
      readonly lease: Lease;
      readonly recorder: Recorder;
      /** One result for each row, in their order. */
      readonly attempt: (rows: NextCall['rows']) => Promise<readonly (AttemptResult | 'lost')[]>;
      readonly observer: SinkObserver;
      readonly logger: Logger;
    },
  ) {}

  /** Starts as many calls as there may be, in a moment: what happens together, as outcomes that are written, is one turn. */
  pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    setImmediate(() => {
      this.pumping = false;
      this.turn();
    });
  }

  private turn(): void {
    const { queues, lease } = this.parts;
    while (!this.stopped && lease.holds()) {
      const turn = queues.next(performance.now());
      if (turn === undefined) break;
      const run = this.take(turn).finally(() => this.running.delete(run));
      this.running.add(run);
    }
    this.wakeInTime();
  }

  /** Starts no more calls. Resolves when those under way have their outcome written. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all(this.running);
  }

  private async take(turn: NextCall): Promise<void> {
    const { queue, rows, expired } = turn;
    for (const row of expired) queue.lanes.finish(row);
    const written = expired.map((row) => this.record(queue, { row, ...expiry() }, false));
    await Promise.all([...written, rows.length > 0 && this.deliver(turn)]);
  }

  private async deliver({ queue, rows }: NextCall): Promise<void> {
    const { queues } = this.parts;
    const startedAt = performance.now();
    const tries = await this.parts.attempt(rows);
    queue.ended(rows, performance.now());
    const ended = judgeAll(rows, tries, (row, result) => queue.judge(row, result, startedAt));
    const call = callOf(ended);
    const parks = call === undefined ? false : this.note(queue, call, startedAt);
    if (call === undefined) queue.health.undecided(startedAt, false);
    if (parks) queue.parking += 1;
    for (const { row, disposition } of ended) if (disposition.state === 'waiting') queue.lanes.halt(row);
    for (const row of rows) queue.lanes.finish(row);
    queues.wake(queue);
    const written = ended.map((end) => this.record(queue, end, parks && end === call));
    for (const [i, row] of rows.entries()) if (tries[i] === 'lost') queues.recorded(queue, row);
    this.pump();
    await Promise.all(written);
  }

  private async record(
    queue: IntegrationQueue,
    { row, result, disposition }: Ended,
    parks: boolean,
  ): Promise<void> {
    const { queues, recorder, logger } = this.parts;
    this.tell(row, result, disposition);
    await recorder.add({ queue, row, result, disposition, parks }).catch((error: unknown) => {
      logger.error(
        { ...logFieldsOf(row), error_message: String(error) },
        'An outcome could not be written before the end.',
      );
    });
    queues.recorded(queue, row);
    this.pump();
  }

  /** Tells the integration's health and limits. True when everything of it in memory has to go back. */
  private note(
    { health, adaptive }: IntegrationQueue,
    { result, disposition }: Ended,
    startedAt: number,
  ): boolean {
    const now = readClocks();
    const reason = result.reason ?? '';
    const slow = result.status === 429 || result.error === 'timeout';
    if (slow) adaptive?.narrow(startedAt, now.mono);
    else if (result.called) adaptive?.widen(startedAt, now.mono);
    switch (disposition.kind) {
      case 'delivered':
        health.delivered(startedAt, now);
        return false;
      case 'broken':
        health.broken(startedAt, now, reason);
        return true;
      case 'retry':
        if (disposition.pauseSeconds === undefined) return health.failed(startedAt, now, reason);
        health.pauseRequested(startedAt, now, disposition.pauseSeconds, reason);
        return true;
      case 'rejected':
        health.rejected();
        if (result.status === null) health.undecided(startedAt, result.called);
        else health.answered(startedAt, now);
        return false;
      default:
        health.undecided(startedAt, result.called && disposition.kind !== 'interrupted');
        return false;
    }
  }

  private wakeInTime(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { queues } = this.parts;
    const wait = queues.waitMs(performance.now());
    if (wait === undefined) return;
    this.timer = setTimeout(
      () => {
        for (const queue of queues.all()) queues.wake(queue);
        this.pump();
      },
      Math.min(Math.ceil(wait), LONGEST_TIMER_MS),
    );
  }

  private tell(row: LedgerRow, result: AttemptResult, disposition: Disposition): void {
    const { observer, logger } = this.parts;
    const outcome = disposition.state === 'waiting' ? disposition.kind : disposition.state;
    observer.outcome(row.sink, typeLabel(row.eventType), outcome);
    if (disposition.state === 'delivered')
      observer.effect(row.sink, (Date.now() - row.acceptedAt.getTime()) / 1000);
    if (disposition.state !== 'dead' && disposition.kind !== 'broken') return;
    const fields = { ...logFieldsOf(row), duration_ms: result.latencyMs, error_message: result.reason };
    if (disposition.state === 'dead') logger.warn(fields, 'A delivery is dead.');
    if (disposition.kind === 'broken')
      logger.warn(fields, 'An integration is at fault; its deliveries wait.');
  }
}
