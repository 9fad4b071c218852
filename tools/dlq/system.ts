// The system whose dead letters these are: the one that the environment names, else the one that `npm start` runs here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@switchboard/contracts';
import { KafkaProducer } from '@switchboard/kafka';
import { createDatabase } from '@switchboard/postgres';
import { baseSettings, type Config, ConfigError, readConfig } from '@switchboard/service';
import { READY_FILE } from '../dev/ready-file.mjs';
import { root } from '../rig/root.mjs';
import type { Desk } from './desk.ts';

const { DATABASE_URL, DATABASE_SCHEMA, TOPIC_PREFIX } = baseSettings;
const settings = {
  DATABASE_URL,
  DATABASE_SCHEMA,
  TOPIC_PREFIX,
  KAFKA_BROKERS: baseSettings.KAFKA_BROKERS.optional().meta(baseSettings.KAFKA_BROKERS.meta() ?? {}),
} as const;

/** What of a desk is the system's. */
export interface System extends Pick<Desk, 'db' | 'out'> {
  close(): Promise<void>;
}

/** Where the system is. Throws ConfigError. */
export function readSystem(
  env: NodeJS.ProcessEnv,
  readyFile = join(root, '.data', READY_FILE),
): Config<typeof settings> {
  if (env['DATABASE_URL']) return readConfig(settings, env);
  if (!existsSync(readyFile)) {
    throw new ConfigError('finding the system: nothing runs here; run npm start, or set DATABASE_URL');
  }
  const { postgres, kafka } = JSON.parse(readFileSync(readyFile, 'utf8')) as Record<string, string>;
  return readConfig(settings, { ...env, DATABASE_URL: postgres, KAFKA_BROKERS: kafka });
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
