// What every service stands on: its settings, logger, metrics, Kafka and Postgres. Made once, handed to the app.
import type { Logger } from '@switchboard/contracts';
import { KafkaProducer, type KafkaSettings, type ProducerOptions } from '@switchboard/kafka';
import { createDatabase, type Database } from '@switchboard/postgres';
import type { Config } from './config.ts';
import { DatabaseCheck } from './database-check.ts';
import { createLogger } from './logger.ts';
import { Metrics } from './metrics.ts';
import type { baseSettings } from './settings.ts';

/** Connections a process may hold to Postgres: many services share one small server. */
const MAX_CONNECTIONS = 3;

export interface Platform {
  readonly name: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly kafka: KafkaSettings;
  readonly producer: KafkaProducer;
  readonly database: Database;
  /** Whether Postgres answers and is of this release: for readiness. */
  readonly databaseCheck: DatabaseCheck;
}

/** Builds the platform of a service; nothing is connected yet. */
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
