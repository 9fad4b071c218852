// Connects to the database and the brokers that the environment names.
import type { Logger } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { createDatabase } from '@switchboard/postgres';
import { baseSettings, type Config, readConfig } from '@switchboard/service';
import type { CommandContext } from './context.ts';

const { DATABASE_URL, DATABASE_SCHEMA, TOPIC_PREFIX } = baseSettings;
const settings = {
  DATABASE_URL,
  DATABASE_SCHEMA,
  TOPIC_PREFIX,
  // Deliveries can be replayed without Kafka.
  KAFKA_BROKERS: baseSettings.KAFKA_BROKERS.optional().meta(baseSettings.KAFKA_BROKERS.meta() ?? {}),
} as const;

/** The connections of a CommandContext. */
export interface System extends Pick<CommandContext, 'db' | 'out'> {
  close(): Promise<void>;
}

/** Reads the settings. Throws ConfigError. */
export function readSystem(env: NodeJS.ProcessEnv): Config<typeof settings> {
  return readConfig(settings, env);
}

/** Creates the clients. They connect when they are first used. */
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
