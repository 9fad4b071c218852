// The system whose dead letters these are: the one that the environment names.
import type { Logger } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { createDatabase } from '@switchboard/postgres';
import { baseSettings, type Config, readConfig } from '@switchboard/service';
import type { Desk } from './desk.ts';

const { DATABASE_URL, DATABASE_SCHEMA, TOPIC_PREFIX } = baseSettings;
const settings = {
  DATABASE_URL,
  DATABASE_SCHEMA,
  TOPIC_PREFIX,
  // Deliveries are replayed without it.
  KAFKA_BROKERS: baseSettings.KAFKA_BROKERS.optional().meta(baseSettings.KAFKA_BROKERS.meta() ?? {}),
} as const;

/** What of a desk is the system's. */
export interface System extends Pick<Desk, 'db' | 'out'> {
  close(): Promise<void>;
}

/** Where the system is. Throws ConfigError. */
export function readSystem(env: NodeJS.ProcessEnv): Config<typeof settings> {
  return readConfig(settings, env);
}

/** Opens it; nothing connects before it is used. */
export function openSystem(config: Config<typeof settings>, logger: Logger): System {
  const { KAFKA_BROKERS: brokers, TOPIC_PREFIX: topicPrefix } = config;
  const db = createDatabase({
    url: config.DATABASE_URL,
    schema: config.DATABASE_SCHEMA,
    applicationName: 'dlq',
    logger,
  });
  const producer = brokers && new KafkaProducer({ brokers, clientId: 'dlq', topicPrefix, logger });
  return {
    db,
    out: producer && { producer, topicPrefix },
    async close() {
      await producer?.close();
      await db.close();
    },
  };
}
