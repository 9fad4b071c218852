import type { Topic } from '@switchboard/contracts';
import { type InRecord, KafkaConsumer, type Outcome } from '../index.ts';
import { allDone, eventually, recordingObserver, type TestBroker, testBroker, text } from '../test-broker.ts';
import { startKafkaProxy } from '../test-proxy.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

test('drain ends while Kafka is away', async () => {
  const topic = await broker.topic('away');
  const settings = { ...broker.settings, brokers: ['127.0.0.1:1'] };
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], { settings });
  expect(consumer.liveness().alive).toBe(true);
  await consumer.drain(1000);
});

test('Kafka goes away and comes back: everything is read and the consumer stays alive', async () => {
  const topic = await broker.topic('outage');
  const proxy = await startKafkaProxy(broker.port);
  const settings = { ...broker.settings, brokers: [proxy.address] };
  const observer = recordingObserver();
  const seen: string[] = [];
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    seen.push(...records.map(text));
    return allDone(records);
  };
  await broker.fill(topic, 100);
  const consumer = broker.consumer([{ kind: 'records', topic, handle }], {
    group: 'outage',
    settings,
    observer,
  });
  await eventually(() => expect(seen).toHaveLength(100));
  proxy.behave('away');
  await broker.fill(topic, 100);
  // Until kafkajs gives up and restarts under a new member id.
  await eventually(() => expect(observer.calls).toContainEqual(['consumerEvent', 'crash']));
  expect(consumer.liveness()).toEqual({ alive: true, reason: 'the consumer is running' });
  proxy.behave('normal');
  await broker.committed(topic, 'outage');
  expect(seen.length).toBeGreaterThanOrEqual(200);
  expect(await consumer.drain()).toBe(true);
  await proxy.close();
});

test('without a coordinator kafkajs stops for good, and we restart it', async () => {
  const topic = await broker.topic('headless');
  const proxy = await startKafkaProxy(broker.port);
  proxy.behave('no-coordinator');
  const settings = { ...broker.settings, brokers: [proxy.address] };
  const observer = recordingObserver();
  await broker.fill(topic, 100);
  const handler = { kind: 'records', topic, handle: allDone } as const;
  const consumer = broker.consumer([handler], { group: 'headless', settings, observer });
  await eventually(() =>
    expect(observer.calls.filter(([, what]) => what === 'crash').length).toBeGreaterThan(1),
  );
  expect(consumer.liveness().alive).toBe(true);
  proxy.behave('normal');
  await broker.committed(topic, 'headless');
  expect(await consumer.drain()).toBe(true);
  await proxy.close();
});

test('a member whose commits are refused again and again rejoins and loses nothing', async () => {
  const proxy = await startKafkaProxy(broker.port);
  const topic = await broker.topic('estranged');
  const observer = recordingObserver();
  const seen = new Set<string>();
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    for (const record of records) seen.add(text(record));
    return allDone(records);
  };
  const consumer = broker.consumer([{ kind: 'records', topic, handle }], {
    settings: { ...broker.settings, brokers: [proxy.address] },
    group: 'estranged',
    observer,
  });
  await broker.fill(topic, 10);
  await broker.committed(topic, 'estranged');
  proxy.behave('unknown-member');
  await broker.fill(topic, 20);
  const sentence = 'Commits are refused again and again; rejoining the group.';
  await eventually(() => expect(broker.logs.map((line) => line.sentence)).toContain(sentence), 90_000);
  proxy.behave('normal');
  await broker.committed(topic, 'estranged');
  expect(observer.calls).toContainEqual(['consumerEvent', 'rebalance']);
  expect(seen.size).toBe(20);
  expect(await consumer.drain()).toBe(true);
  await proxy.close();
});

test('the consumer waits for a topic that does not exist yet', async () => {
  const topic: Topic = { ...(await broker.topic('there')), name: 'not-there-yet' };
  const seen: string[] = [];
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    seen.push(...records.map(text));
    return allDone(records);
  };
  broker.consumer([{ kind: 'records', topic, handle }], { group: 'early' });
  const sentence = 'Subscribing failed: Kafka does not answer or a topic is missing; retrying.';
  await eventually(() => expect(broker.logs.map((line) => line.sentence)).toContain(sentence));
  await broker.topic(topic.name);
  await broker.fill(topic, 10);
  await eventually(() => expect(seen).toHaveLength(10));
});

test('a group that refuses us is fatal', async () => {
  const topic = await broker.topic('refused');
  const kafkajs = (await import('kafkajs')).default;
  const other = new kafkajs.Kafka({ brokers: [...broker.settings.brokers], logLevel: 0 }).consumer({
    groupId: `${broker.settings.topicPrefix}refused`,
    maxWaitTimeInMs: 50,
    partitionAssigners: [(config) => ({ ...kafkajs.PartitionAssigners.roundRobin(config), name: 'another' })],
  });
  await other.connect();
  await other.subscribe({ topic: `${broker.settings.topicPrefix}refused` });
  await other.run({ eachBatch: () => Promise.resolve() });
  const fatal: Error[] = [];
  const onFatal = (error: Error): void => void fatal.push(error);
  const consumer = broker.consumer([{ kind: 'records', topic, handle: allDone }], {
    group: 'refused',
    onFatal,
  });
  await eventually(() => expect(fatal).toHaveLength(1));
  expect(consumer.liveness().alive).toBe(false);
  await other.disconnect();
});

test('two handlers for a topic, or none, are refused', async () => {
  const topic = await broker.topic('twice');
  const options = {
    settings: broker.settings,
    group: 'g',
    stage: 's',
    producer: broker.producer(),
    onFatal: () => undefined,
  };
  const handler = { kind: 'records', topic, handle: allDone } as const;
  expect(() => new KafkaConsumer(options, [handler, handler])).toThrow('it has two handlers; remove one');
  expect(() => new KafkaConsumer(options, [])).toThrow('there is no handler');
});
