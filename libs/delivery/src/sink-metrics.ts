// The metrics of a process that hosts sinks. One set for all sinks; labels are sink names, known event types and outcomes.
import { InfrastructureError } from '@switchboard/contracts';
import type { StatusCount, RowCount } from '@switchboard/ledger';
import type { Metrics } from '@switchboard/service';
import type { SinkObserver } from './observer.ts';

const EFFECT_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600];
/** Counting rows costs Postgres time: scrapes within this time see the same figures. */
const COUNT_MS = 10_000;
/** When millions of rows wait, counting takes seconds: it may take this part of the time. */
const COUNTING_SHARE = 1 / 20;
/** A scrape waits so long for the count. After that it shows the figures of the last count. */
const PATIENCE_MS = 2_000;

/** The counts in Postgres that a scrape shows. */
export interface Counts {
  readonly rowCounts: () => Promise<readonly RowCount[]>;
  readonly statusCounts: () => Promise<readonly StatusCount[]>;
}

/** Counts into a service's metrics. */
export class SinkMetrics implements SinkObserver {
  private readonly effects;
  private readonly deliveries;
  private readonly unwantedEvents;
  private readonly unfit;
  // To look a series up by its labels costs more than to count in it.
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
    this.unwantedEvents = metrics.counter(
      'switchboard_unclaimed_events_total',
      'Events that no integration wants',
      ['sink', 'event_type'],
    );
    this.unfit = metrics.counter(
      'switchboard_fields_left_out_total',
      'Fields left out of events because they do not fit the schema of the event type, counted at each attempt',
      ['sink', 'event_type', 'field'],
    );
    this.watchPostgres(metrics, counts);
  }

  /** Gauges that share one count. A scrape collects them at the same moment, and all wait for the count. */
  private watchPostgres(metrics: Metrics, { rowCounts, statusCounts }: Counts): void {
    let nextAt = Number.NEGATIVE_INFINITY;
    let counting: Promise<void> | undefined;
    const count = async () => {
      const begun = performance.now();
      if (begun < nextAt) return;
      const ledger = await rowCounts().catch(noneWhileAway);
      const integrations = await statusCounts().catch(noneWhileAway);
      const now = performance.now();
      nextAt = now + Math.max(COUNT_MS, (now - begun) / COUNTING_SHARE);
      for (const gauge of [rows, oldest, byStatus, failing, rejecting]) gauge.reset();
      for (const { sink, state, rows: known, oldestSeconds } of ledger) {
        rows.set({ sink, state }, known);
        if (oldestSeconds !== null) oldest.set({ sink }, oldestSeconds);
      }
      const failingOf = new Map<string, number>();
      const rejectingOf = new Map<string, number>();
      for (const { sink, status, integrations: known, failingSeconds, ...more } of integrations) {
        byStatus.set({ sink, status }, known);
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
      'Deliveries that are waiting or dead; absent while Postgres is away',
      ['sink', 'state'],
      counted,
    );
    const oldest = metrics.gauge(
      'switchboard_oldest_waiting_seconds',
      'Age of the oldest waiting delivery, since it was accepted or replayed; 0 when none waits, absent while Postgres is away',
      ['sink'],
      counted,
    );
    const byStatus = metrics.gauge(
      'switchboard_integrations',
      'Integrations by status: ok, paused, open, broken, disabled, off; absent while Postgres is away',
      ['sink', 'status'],
      counted,
    );
    const rejecting = metrics.gauge(
      'switchboard_integrations_rejecting',
      'Integrations that rejected at least the last twenty events, without those switched off; absent while Postgres is away',
      ['sink'],
      counted,
    );
    const failing = metrics.gauge(
      'switchboard_integrations_failing_seconds',
      'Since the first failure of the integration that has failed for longest without a success, without those switched off; 0 when none fails, absent while Postgres is away',
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

  unwanted(sink: string, eventType: string): void {
    this.unwantedEvents.inc({ sink, event_type: eventType });
  }
}

/** Any error but an infrastructure failure is a bug of ours, and fails the scrape. */
function noneWhileAway(error: unknown): [] {
  if (error instanceof InfrastructureError) return [];
  throw error;
}

/** Resolves when a scrape waits no longer. Its timer does not keep the process alive. */
function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
}

/** Adds the metric of operational events that are not published yet. While Postgres is away it keeps its last value. */
export function measureWaitingOperations(metrics: Metrics, count: () => Promise<number>): void {
  let countedAt = Number.NEGATIVE_INFINITY;
  const waiting = metrics.gauge(
    'switchboard_operations_waiting',
    'Operational events that are not on their topic yet; the same in every process',
    [],
    async () => {
      if (performance.now() - countedAt < COUNT_MS) return;
      countedAt = performance.now();
      await count().then(
        (rows) => waiting.set(rows),
        () => undefined,
      );
    },
  );
}
