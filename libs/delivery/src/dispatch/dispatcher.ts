// Takes rows out of memory and delivers them, as many at once as limits, health and the bound on unwritten outcomes allow.
import { type Logger, typeLabel } from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import { fieldsOf } from '../attempt/attempt-deps.ts';
import type { Tried, Verdict } from '../attempt/verdict.ts';
import type { SinkObserver } from '../observer.ts';
import { expiry } from '../queue/age.ts';
import { readClocks } from '../queue/clocks.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Outlets, Turn } from '../queue/outlets.ts';
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
      readonly outlets: Outlets;
      readonly lease: Lease;
      readonly recorder: Recorder;
      /** One result for each row, in their order. */
      readonly attempt: (rows: Turn['rows']) => Promise<readonly (Tried | 'lost')[]>;
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
    const { outlets, lease } = this.parts;
    while (!this.stopped && lease.holds()) {
      const turn = outlets.next(performance.now());
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

  private async take(turn: Turn): Promise<void> {
    const { outlet, rows, expired } = turn;
    for (const row of expired) outlet.lanes.finish(row);
    const written = expired.map((row) => this.record(outlet, { row, ...expiry() }, false));
    await Promise.all([...written, rows.length > 0 && this.deliver(turn)]);
  }

  private async deliver({ outlet, rows }: Turn): Promise<void> {
    const { outlets } = this.parts;
    const startedAt = performance.now();
    const tries = await this.parts.attempt(rows);
    outlet.ended(rows, performance.now());
    const ended = judgeAll(rows, tries, (row, tried) => outlet.judge(row, tried, startedAt));
    const call = callOf(ended);
    const parks = call === undefined ? false : this.note(outlet, call, startedAt);
    if (call === undefined) outlet.health.undecided(startedAt, false);
    if (parks) outlet.parking += 1;
    for (const { row, verdict } of ended) if (verdict.state === 'waiting') outlet.lanes.halt(row);
    for (const row of rows) outlet.lanes.finish(row);
    outlets.wake(outlet);
    const written = ended.map((end) => this.record(outlet, end, parks && end === call));
    for (const [i, row] of rows.entries()) if (tries[i] === 'lost') outlets.recorded(outlet, row);
    this.pump();
    await Promise.all(written);
  }

  private async record(outlet: Outlet, { row, tried, verdict }: Ended, parks: boolean): Promise<void> {
    const { outlets, recorder, logger } = this.parts;
    this.tell(row, tried, verdict);
    await recorder.add({ outlet, row, tried, verdict, parks }).catch((error: unknown) => {
      logger.error(
        { ...fieldsOf(row), error_message: String(error) },
        'An outcome could not be written before the end.',
      );
    });
    outlets.recorded(outlet, row);
    this.pump();
  }

  /** Tells the integration's health and limits. True when everything of it in memory has to go back. */
  private note({ health, adaptive }: Outlet, { tried, verdict }: Ended, startedAt: number): boolean {
    const now = readClocks();
    const reason = tried.reason ?? '';
    const slow = tried.status === 429 || tried.error === 'timeout';
    if (slow) adaptive?.narrow(startedAt, now.mono);
    else if (tried.called) adaptive?.widen(startedAt, now.mono);
    switch (verdict.kind) {
      case 'delivered':
        health.worked(startedAt, now);
        return false;
      case 'broken':
        health.broke(startedAt, now, reason);
        return true;
      case 'retry':
        if (verdict.pauseSeconds === undefined) return health.failed(startedAt, now, reason);
        health.asked(startedAt, now, verdict.pauseSeconds, reason);
        return true;
      case 'rejected':
        health.rejected();
        if (tried.status === null) health.undecided(startedAt, tried.called);
        else health.refused(startedAt, now);
        return false;
      default:
        health.undecided(startedAt, tried.called && verdict.kind !== 'interrupted');
        return false;
    }
  }

  private wakeInTime(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { outlets } = this.parts;
    const wait = outlets.waitMs(performance.now());
    if (wait === undefined) return;
    this.timer = setTimeout(
      () => {
        for (const outlet of outlets.all()) outlets.wake(outlet);
        this.pump();
      },
      Math.min(Math.ceil(wait), LONGEST_TIMER_MS),
    );
  }

  private tell(row: LedgerRow, tried: Tried, verdict: Verdict): void {
    const { observer, logger } = this.parts;
    const outcome = verdict.state === 'waiting' ? verdict.kind : verdict.state;
    observer.outcome(row.sink, typeLabel(row.eventType), outcome);
    if (verdict.state === 'delivered')
      observer.effect(row.sink, (Date.now() - row.acceptedAt.getTime()) / 1000);
    if (verdict.state !== 'dead' && verdict.kind !== 'broken') return;
    const fields = { ...fieldsOf(row), duration_ms: tried.latencyMs, error_message: tried.reason };
    if (verdict.state === 'dead') logger.warn(fields, 'A delivery is dead.');
    if (verdict.kind === 'broken') logger.warn(fields, 'An integration is at fault; its deliveries wait.');
  }
}
