// What every service uses: logger, metrics, Kafka and Postgres. Created once and passed to the app.
import type { Logger } from '@switchboard/contracts';
import { KafkaProducer, type KafkaSettings, type ProducerOptions } from '@switchboard/kafka';
import { createDatabase, type Database } from '@switchboard/postgres';
import type { Config } from './config.ts';
import { DatabaseCheck } from './database-check.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import type { baseSettings } from './settings.ts';

/** Connections of a process to Postgres. Few, because many services share one small server. */
const MAX_CONNECTIONS = 3;

export interface Platform {
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly kafka: KafkaSettings;
  readonly producer: KafkaProducer;
  readonly database: Database;
  /** For readiness: whether Postgres answers and has the schema of this release. */
  readonly databaseCheck: DatabaseCheck;
}

/** Creates the platform of a service; nothing connects yet. */
export function createPlatform(
  name: string,
  config: Config<typeof baseSettings>,
  producer?: ProducerOptions,
): Platform {
  const logger = createLogger(name, config.LOG_LEVEL);
  const kafka: KafkaSettings = {
    brokers: config.KAFKA_BROKERS,
    clientId: name,
    topicPrefix: config.TOPIC_PREFIX,
    logger,
  };
  const database = createDatabase({
    url: config.DATABASE_URL,
    schema: config.DATABASE_SCHEMA,
    max: MAX_CONNECTIONS,
    applicationName: name,
    logger,
  });
  return {
    name,
    logger,
    metrics: new Metrics(name),
    kafka,
    producer: new KafkaProducer(kafka, producer),
    database,
    databaseCheck: new DatabaseCheck(database, logger),
  };
}
