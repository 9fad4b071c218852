// The real broker for the specs of this library, with topics and groups of their own per suite.
import { randomBytes } from 'node:crypto';
import { encodeHeaders, leadQualified, type Topic, topicName, topics } from '@switchboard/contracts';
import { withAdmin } from './admin/with-admin.ts';
import { ConfigResourceTypes } from './client.ts';
import type { Handler } from './consumer/handler.ts';
import {
  type ConsumerObserver,
  type ConsumerOptions,
  committedOffsets,
  done,
  ensureTopics,
  type InRecord,
  KafkaConsumer,
  KafkaProducer,
  type KafkaSettings,
  type Outcome,
  type OutRecord,
  singleNode,
  topicEnds,
} from './index.ts';

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

export interface TestBroker {
  readonly settings: KafkaSettings;
  /** Of the first broker, for a proxy in front of it. */
  readonly port: number;
  readonly logs: readonly LogLine[];
  /** Creates a topic of three partitions for this suite only. */
  topic(name: string, over?: Partial<Topic>): Promise<Topic>;
  producer(): KafkaProducer;
  /** Starts a consumer, which is drained when the suite ends. */
  consumer(handlers: readonly Handler[], over?: Partial<ConsumerOptions>): KafkaConsumer;
  /** Writes events "0", "1", ... with the keys k0, k1, ... in turn. */
  fill(topic: Topic, count: number, keys?: number): Promise<void>;
  /** Resolves when the group has committed up to the topic's ends. */
  committed(topic: Topic, group: string): Promise<void>;
  close(): Promise<void>;
}

export async function testBroker(over: Partial<KafkaSettings> = {}): Promise<TestBroker> {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('testing: KAFKA_BROKERS is not set; run by `npm test`');
  const logs: LogLine[] = [];
  const write = (level: string) => (fields: object, sentence: string) => {
    logs.push({ level, sentence, fields: { ...fields } });
  };
  const settings: KafkaSettings = {
    brokers: brokers.split(','),
    clientId: 'spec',
    topicPrefix: `t${process.env['TEST_RUN'] ?? ''}${randomBytes(5).toString('hex')}-`,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    ...over,
  };
  const consumers: KafkaConsumer[] = [];
  const producers: KafkaProducer[] = [];
  const producer = (): KafkaProducer => {
    const made = new KafkaProducer(settings);
    producers.push(made);
    return made;
  };
  await ensureTopics(settings, [topics.deadLetters], singleNode);
  return {
    settings,
    port: Number(settings.brokers[0]?.split(':')[1]),
    logs,
    producer,
    async topic(name, shape = {}) {
      const topic = { ...topics.events, name, partitions: 3, ...shape };
      await ensureTopics(settings, [topic], singleNode);
      return topic;
    },
    consumer(handlers, options = {}) {
      const onFatal = (error: Error): void => {
        throw error;
      };
      const required = { settings, group: 'group', stage: 'spec', onFatal };
      const consumer = new KafkaConsumer(
        { ...required, producer: options.producer ?? producer(), ...options },
        handlers,
      );
      consumers.push(consumer);
      consumer.start();
      return consumer;
    },
    async fill(topic, count, keys = 20) {
      await producer().sendMany(numbers(count).map((n) => event(topic, `k${Number(n) % keys}`, n)));
    },
    committed(topic, group) {
      return eventually(async () => {
        const ends = (await topicEnds(settings, topic)).filter(({ high }) => high > 0);
        const commits = await committedOffsets(settings, group, topic);
        expect(ends.map(({ partition }) => commits.get(partition))).toEqual(ends.map(({ high }) => high));
      });
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.drain(5000)));
      await Promise.all(producers.map((made) => made.close()));
    },
  };
}

/** Changes settings of a topic, as an operator does. */
export function configureTopic(
  settings: KafkaSettings,
  topic: Topic,
  entries: Readonly<Record<string, string>>,
): Promise<void> {
  const task = { doing: 'changing a topic', retries: 3, timeoutMs: 5000 };
  return withAdmin(settings, task, async (admin) => {
    const configEntries = Object.entries(entries).map(([name, value]) => ({ name, value }));
    const name = topicName(topic, settings.topicPrefix);
    const type = ConfigResourceTypes.TOPIC;
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
  });
}

/** A valid event. */
export function event(
  topic: Topic,
  key: string,
  value: string | Buffer,
  over: Partial<OutRecord> = {},
): OutRecord {
  const headers = encodeHeaders({
    id: `${key}-${randomBytes(6).toString('hex')}`,
    type: leadQualified.type,
    source: '/s',
    tenantId: 'acme',
  });
  return { topic, key, value: Buffer.from(value), headers, ...over };
}

export const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** A handler that finishes every record. */
export const allDone = (records: readonly InRecord[]): Promise<Outcome[]> =>
  Promise.resolve(records.map(done));

export const text = (record: InRecord): string => record.value?.toString() ?? '';

/** Records the calls of an observer. */
export function recordingObserver(): ConsumerObserver & { readonly calls: readonly (readonly unknown[])[] } {
  const calls: (readonly unknown[])[] = [];
  const record =
    (name: string) =>
    (...values: unknown[]): void => {
      calls.push([name, ...values]);
    };
  return {
    calls,
    batch: record('batch'),
    lag: record('lag'),
    processed: record('processed'),
    deadLettered: record('deadLettered'),
    consumerEvent: record('consumerEvent'),
    paused: record('paused'),
    lost: record('lost'),
    crashing: record('crashing'),
  };
}

/** Repeats `check` until it stops throwing; fails with its last error. */
export async function eventually(check: () => void | Promise<void>, deadlineMs = 20_000): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
