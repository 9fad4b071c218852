// What the runtime tells, as metrics. One set for all sinks; labels are sink names, known event types and outcomes.
import { InfrastructureError } from '@switchboard/contracts';
import type { SinkStanding, SinkState } from '@switchboard/ledger';
import type { Metrics } from '@switchboard/service';
import type { SinkObserver } from './observer.ts';

const EFFECT_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600];
/** Counting rows costs Postgres something; scrapes within this time see the same figures. */
const STATES_MS = 10_000;
/** Where millions wait, counting takes seconds: it is done for a small part of the time. */
const COUNTING_SHARE = 1 / 20;
/** A scrape waits for the count so long, and tells the figures of the last one after that. */
const PATIENCE_MS = 2_000;

/** What is counted in Postgres for a scrape. */
export interface Counts {
  readonly states: () => Promise<readonly SinkState[]>;
  readonly standings: () => Promise<readonly SinkStanding[]>;
}

/** Counts into a service's metrics. */
export class SinkMetrics implements SinkObserver {
  private readonly effects;
  private readonly deliveries;
  private readonly unwanted;
  private readonly unfit;
  // Looking a series up by its labels costs more than counting in it.
  private readonly effectsOf = new Map<string, { observe(seconds: number): void }>();
  private readonly outcomesOf = new Map<string, { inc(): void }>();

  constructor(metrics: Metrics, counts: Counts) {
    this.effects = metrics.histogram(
      'switchboard_accepted_to_effect_seconds',
      'From the acceptance of an event to its effect on the other side',
      ['sink'],
      EFFECT_SECONDS,
    );
    this.deliveries = metrics.counter(
      'switchboard_deliveries_total',
      'Outcomes of deliveries; retry, broken, threw and interrupted leave the delivery waiting',
      ['sink', 'event_type', 'outcome'],
    );
    this.unwanted = metrics.counter(
      'switchboard_unclaimed_events_total',
      'Events that no integration wants',
      ['sink', 'event_type'],
    );
    this.unfit = metrics.counter(
      'switchboard_fields_left_out_total',
      'Fields that sinks were not given because they do not fit the schema of their event type, counted at each attempt',
      ['sink', 'event_type', 'field'],
    );
    this.watchPostgres(metrics, counts);
  }

  /** Gauges of one count. All wait for it: a scrape asks them at the same moment. */
  private watchPostgres(metrics: Metrics, { states, standings }: Counts): void {
    let nextAt = Number.NEGATIVE_INFINITY;
    let counting: Promise<void> | undefined;
    const count = async () => {
      const begun = performance.now();
      if (begun < nextAt) return;
      const ledger = await states().catch(noneWhileAway);
      const integrations = await standings().catch(noneWhileAway);
      const now = performance.now();
      nextAt = now + Math.max(STATES_MS, (now - begun) / COUNTING_SHARE);
      for (const gauge of [rows, oldest, standing, failing, rejecting]) gauge.reset();
      for (const { sink, state, rows: known, oldestSeconds } of ledger) {
        rows.set({ sink, state }, known);
        if (oldestSeconds !== null) oldest.set({ sink }, oldestSeconds);
      }
      const failingOf = new Map<string, number>();
      const rejectingOf = new Map<string, number>();
      for (const { sink, standing: status, integrations: known, failingSeconds, ...more } of integrations) {
        standing.set({ sink, status }, known);
        rejectingOf.set(sink, more.rejecting + (rejectingOf.get(sink) ?? 0));
        failingOf.set(sink, Math.max(failingSeconds, failingOf.get(sink) ?? 0));
      }
      for (const [sink, seconds] of failingOf) failing.set({ sink }, seconds);
      for (const [sink, known] of rejectingOf) rejecting.set({ sink }, known);
    };
    const counted = () => {
      counting ??= count().finally(() => {
        counting = undefined;
      });
      return Promise.race([counting, patience()]);
    };
    const rows = metrics.gauge(
      'switchboard_ledger_rows',
      'Deliveries that wait and that are dead; absent while Postgres is away',
      ['sink', 'state'],
      counted,
    );
    const oldest = metrics.gauge(
      'switchboard_oldest_waiting_seconds',
      'Since the oldest delivery that waits was accepted or replayed; 0 when none does, absent while Postgres is away',
      ['sink'],
      counted,
    );
    const standing = metrics.gauge(
      'switchboard_integrations',
      'Integrations by how they stand: ok, paused, open, broken, disabled, off; absent while Postgres is away',
      ['sink', 'status'],
      counted,
    );
    const rejecting = metrics.gauge(
      'switchboard_integrations_rejecting',
      'Integrations of which the last twenty events or more were rejected, those switched off left out; absent while Postgres is away',
      ['sink'],
      counted,
    );
    const failing = metrics.gauge(
      'switchboard_integrations_failing_seconds',
      'Since the first failure of the integration that has failed for longest without a success, those switched off left out; 0 when none fails, absent while Postgres is away',
      ['sink'],
      counted,
    );
  }

  effect(sink: string, seconds: number): void {
    let series = this.effectsOf.get(sink);
    if (series === undefined) {
      series = this.effects.labels({ sink });
      this.effectsOf.set(sink, series);
    }
    series.observe(seconds);
  }

  outcome(sink: string, eventType: string, outcome: string): void {
    const name = `${sink} ${eventType} ${outcome}`;
    let series = this.outcomesOf.get(name);
    if (series === undefined) {
      series = this.deliveries.labels({ sink, event_type: eventType, outcome });
      this.outcomesOf.set(name, series);
    }
    series.inc();
  }

  leftOut(sink: string, eventType: string, field: string): void {
    this.unfit.inc({ sink, event_type: eventType, field });
  }

  unclaimed(sink: string, eventType: string): void {
    this.unwanted.inc({ sink, event_type: eventType });
  }
}

/** What is not Postgres's trouble is a mistake of ours, and fails the scrape. */
function noneWhileAway(error: unknown): [] {
  if (error instanceof InfrastructureError) return [];
  throw error;
}

/** Keeps no process alive. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
}
