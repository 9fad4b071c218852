// Assembles the ingest service: secrets, durable log, HTTP edge and controller.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { checkBroker } from '@switchboard/kafka';
import { SecretBox } from '@switchboard/postgres';
import type { ServiceSpec } from '@switchboard/service';
import { BodyIntake } from './body-intake.ts';
import { conditionOf, readiness } from './condition.ts';
import { DurableLog } from './durable-log.ts';
import { FailureLimiter } from './failure-limiter.ts';
import { BODY_LIMIT, installEdge, intakeOptions } from './http-edge.ts';
import { SecretStore } from './secret-store.ts';
import { ingestSettings } from './settings.ts';
import { Verifier } from './signature.ts';
import { Spool } from './spool.ts';
import { measureSpool } from './spool-metric.ts';
import { SETTINGS, WebhookController } from './webhook.controller.ts';
import { WebhookMetrics } from './webhook-metrics.ts';

const MIB = 1024 * 1024;
/** The share of the memory for bodies that may wait for the check of the signature. */
const PART_THAT_WAITS = 1 / 2;

/** Stops ingest's loops after the last response. */
@Injectable()
class IngestLife implements OnApplicationShutdown {
  readonly #log: DurableLog;
  readonly #secrets: SecretStore;
  readonly #metrics: WebhookMetrics;
  readonly #intake: BodyIntake;

  constructor(log: DurableLog, secrets: SecretStore, metrics: WebhookMetrics, intake: BodyIntake) {
    this.#log = log;
    this.#secrets = secrets;
    this.#metrics = metrics;
    this.#intake = intake;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#intake.stop();
    await this.#secrets.stop();
    await this.#log.stop();
    await this.#metrics.stop();
  }
}

export const ingest: ServiceSpec<typeof ingestSettings> = {
  name: 'ingest',
  settings: ingestSettings,
  producer: (config) => ({ deadlineMs: config.KAFKA_DEADLINE_MS, lingerMs: 5 }),
  async assemble(platform, config) {
    const { database, logger, producer } = platform;
    const maxBytes = config.MAX_INFLIGHT_MIB * MIB;
    const box = new SecretBox(config.ENCRYPTION_KEY);
    const secrets = new SecretStore(database, box, config.WEBHOOK_SECRET, logger);
    const log = new DurableLog(producer, new Spool(database), database, logger);
    const metrics = new WebhookMetrics(platform.metrics, database, logger);
    const intake = new BodyIntake(intakeOptions(maxBytes));
    measureSpool(platform.metrics, database);
    await secrets.start();
    await log.start();
    metrics.start();
    const parts = { log, secrets, kafka: () => checkBroker(platform.kafka), database: () => database.ping() };
    return {
      bodyLimit: BODY_LIMIT,
      controllers: [WebhookController],
      providers: [
        IngestLife,
        { provide: DurableLog, useValue: log },
        { provide: SecretStore, useValue: secrets },
        { provide: BodyIntake, useValue: intake },
        { provide: Verifier, useValue: new Verifier(maxBytes * PART_THAT_WAITS) },
        { provide: WebhookMetrics, useValue: metrics },
        { provide: FailureLimiter, useValue: new FailureLimiter(config.FAILED_SIGNATURES_PER_MINUTE) },
        { provide: SETTINGS, useValue: config },
      ],
      ...(config.TRUST_PROXY === undefined ? {} : { trustProxy: config.TRUST_PROXY }),
      configure: (app) => installEdge(app, intake, metrics),
      ready: () => readiness(parts),
      condition: () => conditionOf(parts),
    };
  },
};
