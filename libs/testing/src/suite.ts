// Separates suites on the shared broker and database: each has its own topic prefix and schema.
import { randomBytes } from 'node:crypto';
import { allTopics, type Logger } from '@switchboard/contracts';
import { ensureTopics, type KafkaSettings, singleNode } from '@switchboard/kafka';
import { createDatabase, type Database, migrate } from '@switchboard/postgres';

/** The broker and database of one suite, as objects and as environment variables for a process. */
export interface Suite {
  readonly kafka: KafkaSettings;
  readonly database: Database;
  readonly env: Readonly<
    Record<'KAFKA_BROKERS' | 'DATABASE_URL' | 'DATABASE_SCHEMA' | 'TOPIC_PREFIX', string>
  >;
  /** Drops the schema and closes; topics stay until the whole test run ends. */
  end(): Promise<void>;
}

/** A logger that writes only errors. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, sentence) => process.stderr.write(`${sentence} ${JSON.stringify(fields)}\n`),
};

/** Creates the schema with all tables and, unless `topics` is false, all topics. */
export async function suite(options: { topics?: boolean } = {}): Promise<Suite> {
  const id = `t${process.env['TEST_RUN'] ?? ''}${randomBytes(5).toString('hex')}`;
  const env = {
    KAFKA_BROKERS: required('KAFKA_BROKERS'),
    DATABASE_URL: required('DATABASE_URL'),
    DATABASE_SCHEMA: id,
    TOPIC_PREFIX: `${id}.`,
  };
  const kafka: KafkaSettings = {
    brokers: env.KAFKA_BROKERS.split(','),
    clientId: 'test',
    topicPrefix: env.TOPIC_PREFIX,
    logger: quiet,
  };
  const database = createDatabase({ url: env.DATABASE_URL, schema: id, logger: quiet });
  await migrate(database);
  if (options.topics !== false) await ensureTopics(kafka, allTopics, singleNode);
  return {
    kafka,
    database,
    env,
    async end() {
      await database.query(`drop schema ${id} cascade`);
      await database.close();
    },
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`starting a suite: ${name} is not set; run the tests with npm test`);
  return value;
}
