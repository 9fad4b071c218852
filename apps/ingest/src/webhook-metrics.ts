// The webhook metrics of ingest, and the counts of 24 hours for `/health`.
import { type Logger, typeLabel } from '@switchboard/contracts';
import { type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { addWebhookTally, dropOldTallies, type Metrics } from '@switchboard/service';
import type { AcceptedEvent } from './accept.ts';

const FLUSH_MS = 2_000;

/** Why a webhook was refused; a metric label. */
export type Rejection =
  | 'signature'
  | 'signature_limit'
  | 'tenant_not_named'
  | 'body'
  | 'too_large'
  | 'too_slow'
  | 'broken_off'
  | 'media_type'
  | 'busy'
  | 'unavailable';

interface Series {
  readonly webhooks: { inc(): void };
  readonly processing: { observe(seconds: number): void };
}

/** Counts webhooks and their outcome. */
export class WebhookMetrics {
  readonly #metrics: Metrics;
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #rejections;
  readonly #nonconforming;
  readonly #series = new Map<string, Series>();
  #tally = { accepted: 0, rejected: 0, seconds: 0 };
  #refused = false;
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(metrics: Metrics, database: Database, logger: Logger) {
    this.#metrics = metrics;
    this.#database = database;
    this.#logger = logger;
    this.#rejections = metrics.counter('switchboard_webhooks_rejected_total', 'Webhooks refused, by reason', [
      'reason',
    ]);
    this.#nonconforming = metrics.counter(
      'switchboard_nonconforming_events_total',
      'Events accepted although their data does not match the schema of their type',
      ['event_type'],
    );
  }

  accepted(event: AcceptedEvent, seconds: number): void {
    const type = typeLabel(event.type);
    const series = this.#seriesOf(type, this.#metrics.tenantLabel(event.tenantId));
    series.webhooks.inc();
    series.processing.observe(seconds);
    if (!event.conforms) this.#nonconforming.inc({ event_type: type });
    this.#tally.accepted += 1;
    this.#tally.seconds += seconds;
  }

  /** A cache, because finding a series by its labels costs more than counting. */
  #seriesOf(type: string, tenant: string): Series {
    const name = `${type} ${tenant}`;
    const known = this.#series.get(name);
    if (known) return known;
    const { webhooks, processing } = this.#metrics;
    const series = {
      webhooks: webhooks.labels({ event_type: type, tenant_id: tenant, status: 'success' }),
      processing: processing.labels({ event_type: type }),
    };
    this.#series.set(name, series);
    return series;
  }

  /** Pass `tenantId` only when a signature proves it. */
  rejected(reason: Rejection, seconds: number, tenantId?: string): void {
    const tenant = tenantId === undefined ? 'unknown' : this.#metrics.tenantLabel(tenantId);
    this.#metrics.webhooks.inc({ event_type: 'other', tenant_id: tenant, status: 'error' });
    this.#rejections.inc({ reason });
    this.#tally.rejected += 1;
    this.#tally.seconds += seconds;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#flushing ??= this.#flush().then(() => {
        this.#flushing = undefined;
      });
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** Stops the timer and writes the remaining counts, if Postgres answers. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const tally = this.#tally;
    if (tally.accepted + tally.rejected === 0) return;
    this.#tally = { accepted: 0, rejected: 0, seconds: 0 };
    try {
      // Adding comes last: no later step can fail and make the same counts be added again.
      await dropOldTallies(this.#database);
      await addWebhookTally(this.#database, tally);
      this.#refused = false;
    } catch (error) {
      // The counts are kept for the next flush. Readiness and the spool already report that Postgres is away.
      this.#tally.accepted += tally.accepted;
      this.#tally.rejected += tally.rejected;
      this.#tally.seconds += tally.seconds;
      if (error instanceof PostgresUnavailableError || this.#refused) return;
      this.#refused = true;
      const { message } = error as Error;
      this.#logger.error(
        { error_message: message },
        'The webhook counts of the last 24 hours cannot be written; retrying.',
      );
    }
  }
}
