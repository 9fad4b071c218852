import { type Topic, topicName, topics } from '@switchboard/contracts';
import { ConfigResourceTypes } from '../client.ts';
import {
  checkBroker,
  ensureTopics,
  KafkaUnavailableError,
  readAll,
  TopicMismatchError,
  topicEnds,
} from '../index.ts';
import { event, eventually, type TestBroker, testBroker } from '../test-broker.ts';
import { withAdmin } from './admin.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

const short = { doing: 'testing', retries: 3, timeoutMs: 5000 };

function configs(topic: Topic): Promise<Record<string, string>> {
  return withAdmin(broker.settings, short, async (admin) => {
    const name = topicName(topic, broker.settings.topicPrefix);
    const resource = { type: ConfigResourceTypes.TOPIC, name };
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
    return Object.fromEntries(
      resources[0]?.configEntries.map((one) => [one.configName, one.configValue]) ?? [],
    );
  });
}

test('topics are created as they are described, once', async () => {
  const topic: Topic = {
    ...topics.events,
    name: 'made',
    partitions: 5,
    retentionMs: 3_600_000,
    maxMessageBytes: 77_777,
  };
  const name = topicName(topic, broker.settings.topicPrefix);
  expect(await ensureTopics(broker.settings, [topic])).toEqual({ created: [name], updated: [], kept: [] });
  expect(await ensureTopics(broker.settings, [topic])).toEqual({ created: [], updated: [], kept: [name] });
  expect(await topicEnds(broker.settings, topic)).toHaveLength(5);
  expect(await configs(topic)).toMatchObject({
    'retention.ms': '3600000',
    'max.message.bytes': '77777',
    // One broker here: two in-sync replicas could never be had.
    'min.insync.replicas': '1',
  });
});

test('two setups at a time do not hinder each other', async () => {
  const wanted = ['x', 'y', 'z'].map((name) => ({ ...topics.events, name, partitions: 2 }));
  await Promise.all([ensureTopics(broker.settings, wanted), ensureTopics(broker.settings, wanted)]);
  expect((await ensureTopics(broker.settings, wanted)).kept).toHaveLength(3);
});

test('settings that differ are corrected, and an operator’s own are left alone', async () => {
  const topic: Topic = { ...topics.events, name: 'changed', partitions: 1 };
  const name = topicName(topic, broker.settings.topicPrefix);
  await ensureTopics(broker.settings, [topic]);
  await withAdmin(broker.settings, short, async (admin) => {
    const configEntries = [
      { name: 'retention.ms', value: '1000' },
      { name: 'cleanup.policy', value: 'compact' },
    ];
    const resource = { type: ConfigResourceTypes.TOPIC, name, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  });
  // The broker learns of a change a moment after the controller has agreed to it.
  await eventually(async () => expect((await configs(topic))['retention.ms']).toBe('1000'));
  expect(await ensureTopics(broker.settings, [topic])).toEqual({ created: [], updated: [name], kept: [] });
  await eventually(async () => {
    expect(await configs(topic)).toMatchObject({
      'retention.ms': String(topic.retentionMs),
      'max.message.bytes': String(topic.maxMessageBytes),
      'cleanup.policy': 'compact',
    });
  });
});

test('another number of partitions is refused with what to do', async () => {
  const topic: Topic = { ...topics.events, name: 'other', partitions: 2 };
  await ensureTopics(broker.settings, [topic]);
  const wrong = ensureTopics(broker.settings, [{ ...topic, partitions: 4 }]);
  await expect(wrong).rejects.toBeInstanceOf(TopicMismatchError);
  await expect(wrong).rejects.toThrow(
    'has 2 partitions instead of 4; use another TOPIC_PREFIX, or delete the topic',
  );
});

test('reading a topic stops at the ends it had, empty ones included', async () => {
  const topic = await broker.topic('read');
  expect(await readAll(broker.settings, topic)).toEqual([]);
  const producer = broker.producer();
  await producer.sendMany(Array.from({ length: 3000 }, (_, i) => event(topic, `k${i}`, Buffer.alloc(1000))));
  expect(await readAll(broker.settings, topic)).toHaveLength(3000);
});

test('the broker is asked whether it answers', async () => {
  await checkBroker(broker.settings);
  const nowhere = { ...broker.settings, brokers: ['127.0.0.1:1'] };
  await expect(checkBroker(nowhere)).rejects.toBeInstanceOf(KafkaUnavailableError);
  // The same answer for a moment, also to those who ask at the same time.
  expect(checkBroker(nowhere)).toBe(checkBroker(nowhere));
  await expect(checkBroker(nowhere)).rejects.toThrow('asking Kafka at 127.0.0.1:1');
});
