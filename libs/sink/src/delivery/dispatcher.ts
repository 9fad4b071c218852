// Takes rows out of memory and delivers them, as many at once as limits, health and the bound on unwritten outcomes allow.
import { type Logger, typeLabel } from '@switchboard/contracts';
import { fieldsOf } from './attempt.ts';
import { readClocks } from './health.ts';
import type { Lease } from './lease.ts';
import type { SinkObserver } from './observer.ts';
import type { Outlets, Turn } from './outlets.ts';
import type { Recorder } from './recorder.ts';
import type { Tried, Verdict } from './verdict.ts';

/** A timer longer than this is set anew when it ends. */
const LONGEST_TIMER_MS = 60_000;

/** Delivers what is in memory. */
export class Dispatcher {
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly outlets: Outlets;
      readonly lease: Lease;
      readonly recorder: Recorder;
      readonly attempt: (turn: Turn) => Promise<Tried | 'lost'>;
      readonly observer: SinkObserver;
      readonly logger: Logger;
    },
  ) {}

  /** Starts as many calls as there may be. */
  pump(): void {
    const { outlets, lease } = this.parts;
    while (!this.stopped && lease.holds()) {
      const turn = outlets.next(performance.now());
      if (turn === undefined) break;
      const run = this.deliver(turn).finally(() => this.running.delete(run));
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

  private async deliver(turn: Turn): Promise<void> {
    const { outlets, recorder, logger } = this.parts;
    const { outlet, row } = turn;
    const startedAt = performance.now();
    const tried = await this.parts.attempt(turn);
    outlet.ended(row, performance.now());
    if (tried === 'lost') {
      outlet.health.undecided(startedAt);
      outlet.lanes.finish(row);
      outlets.recorded(turn);
      return this.pump();
    }
    const verdict = outlet.judge(row, tried, startedAt);
    if (verdict.state === 'waiting') outlet.lanes.halt(row);
    const parks = this.note(turn, tried, verdict, startedAt);
    if (parks) outlet.parking += 1;
    outlet.lanes.finish(row);
    outlets.wake(outlet);
    this.tell(turn, tried, verdict);
    const written = recorder.add({ outlet, row, tried, verdict, parks });
    this.pump();
    await written.catch((error: unknown) => {
      logger.error(
        { ...fieldsOf(row), error_message: String(error) },
        'An outcome could not be written before the end.',
      );
    });
    outlets.recorded(turn);
    this.pump();
  }

  /** Tells the integration's health and limits. True when everything of it in memory has to go back. */
  private note({ outlet }: Turn, tried: Tried, verdict: Verdict, startedAt: number): boolean {
    const now = readClocks();
    const { health, adaptive } = outlet;
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
        if (tried.status === null) health.undecided(startedAt);
        else health.refused(startedAt, now);
        return false;
      default:
        health.undecided(startedAt);
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

  private tell({ row }: Turn, tried: Tried, verdict: Verdict): void {
    const { observer, logger } = this.parts;
    const outcome = verdict.state === 'waiting' ? verdict.kind : verdict.state;
    observer.outcome(row.sink, typeLabel(row.eventType), outcome);
    if (verdict.state === 'delivered')
      observer.effect(row.sink, (Date.now() - row.acceptedAt.getTime()) / 1000);
    const fields = { ...fieldsOf(row), duration_ms: tried.latencyMs, error_message: tried.reason };
    if (verdict.state === 'dead') logger.warn(fields, 'A delivery is dead.');
    if (verdict.kind === 'broken') logger.warn(fields, 'An integration is at fault; its deliveries wait.');
  }
}
