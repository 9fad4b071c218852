// The ingest service put together: secrets, durable log, edge and controller.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { checkBroker } from '@switchboard/kafka';
import { SecretBox } from '@switchboard/postgres';
import type { ServiceSpec } from '@switchboard/service';
import { ByteBudget } from './byte-budget.ts';
import { DurableLog } from './durable-log.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { BODY_LIMIT, installEdge } from './http-edge.ts';
import { SecretStore } from './secret-store.ts';
import { ingestSettings } from './settings.ts';
import { Spool } from './spool.ts';
import { measureSpool } from './spool-metric.ts';
import { SETTINGS, WebhookController } from './webhook.controller.ts';
import { WebhookMetrics } from './webhook-metrics.ts';

/** Ends ingest's loops once the last request is answered. */
@Injectable()
class IngestLife implements OnApplicationShutdown {
  readonly #log: DurableLog;
  readonly #secrets: SecretStore;
  readonly #metrics: WebhookMetrics;

  constructor(log: DurableLog, secrets: SecretStore, metrics: WebhookMetrics) {
    this.#log = log;
    this.#secrets = secrets;
    this.#metrics = metrics;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#secrets.stop();
    await this.#log.stop();
    await this.#metrics.stop();
  }
}

export const ingest: ServiceSpec<typeof ingestSettings> = {
  name: 'ingest',
  settings: ingestSettings,
  producer: (config) => ({ deadlineMs: config.KAFKA_DEADLINE_MS, lingerMs: 5 }),
  async assemble(platform, config, onFatal) {
    const { database, logger, producer } = platform;
    const box = new SecretBox(config.ENCRYPTION_KEY);
    const secrets = new SecretStore(database, box, config.WEBHOOK_SECRET, logger);
    const log = new DurableLog(producer, new Spool(database), database, logger);
    const metrics = new WebhookMetrics(platform.metrics, database, onFatal);
    measureSpool(platform.metrics, database);
    await secrets.start();
    await log.start();
    metrics.start();
    return {
      bodyLimit: BODY_LIMIT,
      controllers: [WebhookController],
      providers: [
        IngestLife,
        { provide: DurableLog, useValue: log },
        { provide: SecretStore, useValue: secrets },
        { provide: WebhookMetrics, useValue: metrics },
        { provide: FailureLimiter, useValue: new FailureLimiter(config.FAILED_SIGNATURES_PER_MINUTE) },
        { provide: SETTINGS, useValue: config },
      ],
      configure: (app) => installEdge(app, new ByteBudget(config.MAX_INFLIGHT_MIB * 1024 * 1024), metrics),
      // Without Kafka there is the spool, so one of the two is enough to take webhooks.
      ready: async () => {
        await Promise.any([checkBroker(platform.kafka), database.ping()]).catch((cause: unknown) => {
          throw new Error('neither Kafka nor Postgres answers', { cause });
        });
      },
    };
  },
};
