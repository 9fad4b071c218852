// The metrics of every service, in its own registry: the platform's three documented families, and ours. Labels come from
// verified input and have a bounded number of values.
import type { CallReport } from '@switchboard/egress';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const FINE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05];
const MAX_TENANT_LABELS = 1000;

/** Metrics of one service. Pass it on; never use a global registry. */
export class Metrics {
  readonly registry = new Registry();
  readonly #tenants = new Set<string>();

  readonly webhooks = this.counter('helpninja_webhooks_total', 'Webhooks received', [
    'event_type',
    'tenant_id',
    'status',
  ]);
  readonly processing = this.histogram(
    'helpninja_processing_duration_seconds',
    'Time spent on an event',
    ['event_type'],
    [...FINE_SECONDS, 0.1, 0.5, 1, 2, 5, 10],
  );
  readonly apiCalls = this.histogram(
    'helpninja_api_call_duration_seconds',
    'Duration of calls to other systems; status_code is 0 when there was no response',
    ['method', 'endpoint', 'status_code'],
    [...FINE_SECONDS, 0.1, 0.3, 0.5, 1, 2, 5],
  );
  readonly consumerLag = this.gauge(
    'switchboard_consumer_lag_records',
    'Records behind the end of the partition',
    ['topic', 'partition'],
  );
  readonly batchRecords = this.histogram(
    'switchboard_consumer_batch_records',
    'Records in a fetched batch',
    ['topic'],
    [1, 10, 50, 100, 500, 1000, 5000],
  );
  readonly deadLetters = this.counter(
    'switchboard_dead_letters_total',
    'Records written to the dead-letter topic',
    ['stage', 'code'],
  );
  readonly consumerEvents = this.counter(
    'switchboard_consumer_events_total',
    'Crashes, rebalances, offset resets, and records of the dead-letter topic that could not be listed',
    ['event'],
  );
  readonly pauses = this.counter(
    'switchboard_consumer_pauses_total',
    'How often a partition was paused because of an infrastructure failure',
    ['code'],
  );
  readonly lostRecords = this.counter(
    'switchboard_consumer_lost_records_total',
    'Records that Kafka had deleted before they were read',
    ['topic'],
  );
  readonly crashing = this.gauge(
    'switchboard_consumer_crashes_without_progress',
    'Crashes of the Kafka client in a row with nothing read in between',
    [],
  );

  readonly #calls = new Map<string, ReturnType<Histogram['labels']>>();

  /** `service` becomes a label of `switchboard_service_info`; when that is absent, an alert reports that no replica runs. */
  constructor(service: string) {
    collectDefaultMetrics({ register: this.registry });
    // The label is not "service", because Prometheus setups often set that label themselves.
    this.gauge('switchboard_service_info', 'Always 1: this process is one of this service', [
      'component',
    ]).set({ component: service }, 1);
  }

  /** The label of a tenant: its id, or `other` once a thousand tenants have labels. */
  tenantLabel(tenantId: string): string {
    if (this.#tenants.has(tenantId)) return tenantId;
    if (this.#tenants.size >= MAX_TENANT_LABELS) return 'other';
    this.#tenants.add(tenantId);
    return tenantId;
  }

  /** For `HttpClient`'s `observe`. It caches the series, because finding one by its labels costs more than counting. */
  readonly observeCall = ({ method, endpoint, status, seconds }: CallReport): void => {
    const name = `${method} ${endpoint} ${status}`;
    let series = this.#calls.get(name);
    if (series === undefined) {
      series = this.apiCalls.labels({ method, endpoint, status_code: status });
      this.#calls.set(name, series);
    }
    series.observe(seconds);
  };

  counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  gauge(name: string, help: string, labelNames: string[], collect?: () => Promise<void>): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry], ...(collect ? { collect } : {}) });
  }

  histogram(name: string, help: string, labelNames: string[], buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }
}
