import { type Topic, topicName, topics } from '@switchboard/contracts';
import { ConfigResourceTypes } from '../client.ts';
import {
  checkBroker,
  ensureTopics,
  KafkaUnavailableError,
  readAll,
  singleNode,
  threeCopies,
  TopicMismatchError,
  topicEnds,
  type TopicReport,
} from '../index.ts';
import { configureTopic, event, eventually, type TestBroker, testBroker } from '../test-broker.ts';
import { withAdmin } from './with-admin.ts';

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

const reportOf = (report: Partial<TopicReport>): TopicReport => ({
  created: [],
  updated: [],
  kept: [],
  warnings: [],
  ...report,
});

test('topics are created once, with the settings wanted', async () => {
  const topic: Topic = {
    ...topics.events,
    name: 'made',
    partitions: 5,
    retentionMs: 3_600_000,
    maxMessageBytes: 77_777,
  };
  const name = topicName(topic, broker.settings.topicPrefix);
  expect(await ensureTopics(broker.settings, [topic], singleNode)).toEqual(reportOf({ created: [name] }));
  expect(await ensureTopics(broker.settings, [topic], singleNode)).toEqual(reportOf({ kept: [name] }));
  expect(await topicEnds(broker.settings, topic)).toHaveLength(5);
  expect(await configs(topic)).toMatchObject({
    'retention.ms': '3600000',
    'max.message.bytes': '77777',
    'min.insync.replicas': '1',
  });
});

test('two setups at the same time both succeed', async () => {
  const wanted = ['x', 'y', 'z'].map((name) => ({ ...topics.events, name, partitions: 2 }));
  await Promise.all([
    ensureTopics(broker.settings, wanted, singleNode),
    ensureTopics(broker.settings, wanted, singleNode),
  ]);
  expect((await ensureTopics(broker.settings, wanted, singleNode)).kept).toHaveLength(3);
});

test('settings that differ are corrected; those that an operator has set beside them are kept', async () => {
  const topic: Topic = { ...topics.events, name: 'changed', partitions: 1 };
  const name = topicName(topic, broker.settings.topicPrefix);
  await ensureTopics(broker.settings, [topic], singleNode);
  await withAdmin(broker.settings, short, async (admin) => {
    const configEntries = [
      { name: 'retention.ms', value: '1000' },
      { name: 'segment.ms', value: '86400000' },
    ];
    const resource = { type: ConfigResourceTypes.TOPIC, name, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  });
  // The broker learns of a change a moment after the controller has accepted it.
  await eventually(async () => expect((await configs(topic))['retention.ms']).toBe('1000'));
  expect(await ensureTopics(broker.settings, [topic], singleNode)).toEqual(reportOf({ updated: [name] }));
  await eventually(async () => {
    expect(await configs(topic)).toMatchObject({
      'retention.ms': String(topic.retentionMs),
      'max.message.bytes': String(topic.maxMessageBytes),
      'segment.ms': '86400000',
    });
  });
});

test('another number of partitions is refused, with advice', async () => {
  const topic: Topic = { ...topics.events, name: 'other', partitions: 2 };
  await ensureTopics(broker.settings, [topic], singleNode);
  const wrong = ensureTopics(broker.settings, [{ ...topic, partitions: 4 }], singleNode);
  await expect(wrong).rejects.toBeInstanceOf(TopicMismatchError);
  await expect(wrong).rejects.toThrow(
    'has 2 partitions instead of 4; use another TOPIC_PREFIX, or delete the topic',
  );
});

test('with fewer brokers than copies nothing is created, and the error gives advice', async () => {
  const topic: Topic = { ...topics.events, name: 'copies', partitions: 1 };
  const wrong = ensureTopics(broker.settings, [topic], threeCopies);
  await expect(wrong).rejects.toBeInstanceOf(TopicMismatchError);
  await expect(wrong).rejects.toThrow(
    '3 copies need as many brokers, but there is 1; start the others, or set',
  );
  await expect(topicEnds(broker.settings, topic)).rejects.toThrow();
  await ensureTopics(broker.settings, [topic], singleNode);
  const fewer = ensureTopics(broker.settings, [topic], threeCopies);
  await expect(fewer).rejects.toThrow('copies has 1 copy instead of 3; add copies with kafka-reassign');
  const never = ensureTopics(broker.settings, [topic], { replicationFactor: 1, minInsyncReplicas: 2 });
  await expect(never).rejects.toThrow('2 copies must have a record but there are only 1');
});

test('min.insync.replicas is raised and never lowered', async () => {
  const topic: Topic = { ...topics.events, name: 'isr', partitions: 1 };
  await ensureTopics(broker.settings, [topic], singleNode);
  await configureTopic(broker.settings, topic, { 'min.insync.replicas': '2', 'retention.ms': '1000' });
  await eventually(async () => expect((await configs(topic))['min.insync.replicas']).toBe('2'));
  const report = await ensureTopics(broker.settings, [topic], singleNode);
  expect(report.updated).toHaveLength(1);
  expect(report.warnings.join()).toContain('isr has min.insync.replicas=2, more than 1; it is not lowered');
  await eventually(async () =>
    expect((await configs(topic))['retention.ms']).toBe(String(topic.retentionMs)),
  );
  expect((await configs(topic))['min.insync.replicas']).toBe('2');
});

test('harmful settings of existing topics are warnings; compaction is refused', async () => {
  const topic: Topic = { ...topics.events, name: 'odd', partitions: 1 };
  await ensureTopics(broker.settings, [topic], singleNode);
  await configureTopic(broker.settings, topic, {
    'compression.type': 'zstd',
    'message.timestamp.type': 'LogAppendTime',
    'message.timestamp.before.max.ms': '3600000',
  });
  await eventually(async () => expect((await configs(topic))['compression.type']).toBe('zstd'));
  const { warnings } = await ensureTopics(broker.settings, [topic], singleNode);
  expect(warnings.map((line) => /odd has ([\w.]+=\w+)/.exec(line)?.[1])).toEqual([
    'compression.type=zstd',
    'message.timestamp.type=LogAppendTime',
    'message.timestamp.before.max.ms=3600000',
  ]);
  await configureTopic(broker.settings, topic, { 'cleanup.policy': 'compact' });
  await eventually(async () => expect((await configs(topic))['cleanup.policy']).toBe('compact'));
  const wrong = ensureTopics(broker.settings, [topic], singleNode);
  await expect(wrong).rejects.toThrow(
    'odd has cleanup.policy=compact, which deletes events; set cleanup.policy=delete',
  );
});

test('reading a topic stops at its current ends, also of empty partitions', async () => {
  const topic = await broker.topic('read');
  expect(await readAll(broker.settings, topic)).toEqual([]);
  const producer = broker.producer();
  await producer.sendMany(Array.from({ length: 3000 }, (_, i) => event(topic, `k${i}`, Buffer.alloc(1000))));
  expect(await readAll(broker.settings, topic)).toHaveLength(3000);
});

test('checkBroker() says whether a broker answers', async () => {
  await checkBroker(broker.settings);
  const nowhere = { ...broker.settings, brokers: ['127.0.0.1:1'] };
  await expect(checkBroker(nowhere)).rejects.toBeInstanceOf(KafkaUnavailableError);
  // One answer serves for a moment, also for concurrent callers.
  expect(checkBroker(nowhere)).toBe(checkBroker(nowhere));
  await expect(checkBroker(nowhere)).rejects.toThrow('asking Kafka at 127.0.0.1:1');
  const [one = ''] = broker.settings.brokers;
  const severalAway = { ...broker.settings, brokers: ['127.0.0.1:1', '127.0.0.1:2', one] };
  await checkBroker(severalAway);
  const all = { ...nowhere, brokers: ['127.0.0.1:1', '127.0.0.1:2'] };
  await expect(checkBroker(all)).rejects.toThrow('127.0.0.1:1, 127.0.0.1:2: no broker answers');
});
