import { encodeHeaders, InfrastructureError, topicName } from '@switchboard/contracts';
import { withAdmin } from '../admin/with-admin.ts';
import {
  ensureTopics,
  KafkaProducer,
  KafkaUnavailableError,
  RecordRefusedError,
  RecordTooLargeError,
  readAll,
  singleNode,
  topicEnds,
} from '../index.ts';
import {
  configureTopic,
  event,
  eventually,
  numbers,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';
import { startKafkaProxy } from '../test-proxy.ts';
import { partitionOf } from './partitioner.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

const headers = encodeHeaders({ id: '1', type: 'lead.qualified', source: '/s', tenantId: 'acme' });

test('thousands of sends at once: all are written, each key in order and on its partition', async () => {
  const topic = await broker.topic('order');
  const producer = broker.producer();
  const sends = Array.from({ length: 5000 }, (_, i) => producer.send(event(topic, `k${i % 37}`, String(i))));
  await Promise.all(sends);
  const records = await readAll(broker.settings, topic);
  expect(records).toHaveLength(5000);
  for (let k = 0; k < 37; k++) {
    const of = records.filter(({ key }) => key?.toString() === `k${k}`);
    expect(new Set(of.map(({ partition }) => partition))).toEqual(new Set([partitionOf(`k${k}`, 3)]));
    expect(of.map(text)).toEqual(Array.from({ length: of.length }, (_, n) => String(k + n * 37)));
    expect(of.length).toBeGreaterThan(130);
  }
});

test('a record is written unchanged', async () => {
  const topic = await broker.topic('whole');
  const raw = { ce_id: Buffer.from([0xff, 0]), twice: ['a', 'b'], gone: undefined, empty: null as never };
  const value = Buffer.from([0, 1, 2, 255]);
  await broker
    .producer()
    .send({ topic, partition: 2, key: null, value, headers: raw, timestamp: 1_700_000_000_123 });
  const [record] = await readAll(broker.settings, topic);
  expect(record).toMatchObject({ partition: 2, offset: 0, key: null, value, timestamp: 1_700_000_000_123 });
  expect(record?.headers['ce_id']).toEqual(Buffer.from([0xff, 0]));
  expect(record?.headers['twice']).toEqual([Buffer.from('a'), Buffer.from('b')]);
  expect(Object.keys(record?.headers ?? {})).toEqual(Object.keys(raw));
  expect(record?.headers['empty']).toBeUndefined();
});

test('a partition added after the first write to its topic is found', async () => {
  const topic = await broker.topic('grown');
  const producer = broker.producer();
  await producer.send({ ...event(topic, 'k', 'before'), partition: 0 });
  const growing = { doing: 'growing a topic', retries: 5, timeoutMs: 10_000 };
  await withAdmin(broker.settings, growing, async (admin) => {
    const name = topicName(topic, broker.settings.topicPrefix);
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: 6 }] });
  });
  await producer.send({ ...event(topic, 'k', 'after'), partition: 5 });
  const records = await readAll(broker.settings, topic);
  expect(records.map((record) => [record.partition, text(record)])).toEqual(
    expect.arrayContaining([
      [0, 'before'],
      [5, 'after'],
    ]),
  );
});

test('batches are cut by bytes: 60 records of 200 KB to one partition', async () => {
  const topic = await broker.topic('cut');
  const records = Array.from({ length: 60 }, (_, i) => event(topic, 'k', Buffer.alloc(200_000, i)));
  await broker.producer().sendMany(records);
  const read = await readAll(broker.settings, topic);
  expect(read.map(({ value }) => value?.[0])).toEqual(Array.from({ length: 60 }, (_, i) => i));
});

test('the largest record that a topic allows is written; one byte more is refused and its whole call is not sent', async () => {
  const topic = await broker.topic('large', { maxMessageBytes: 10_000 });
  const producer = broker.producer();
  const size = async (bytes: number): Promise<void> => {
    await producer.send({ topic, key: 'k', value: Buffer.alloc(bytes), headers: {} });
  };
  let fits = 9850;
  while (
    await size(fits + 1).then(
      () => true,
      (error: unknown) => !(error instanceof RecordTooLargeError),
    )
  )
    fits += 1;
  expect(fits).toBeGreaterThan(9860);
  const before = await topicEnds(broker.settings, topic);
  const many = producer.sendMany([event(topic, 'a', 'x'), event(topic, 'a', Buffer.alloc(10_000))]);
  await expect(many).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
  expect(await topicEnds(broker.settings, topic)).toEqual(before);
});

test('a record with neither key nor partition is refused', async () => {
  const topic = await broker.topic('keyless');
  const send = broker.producer().send({ topic, key: null, value: Buffer.from('x'), headers });
  await expect(send).rejects.toThrow('has neither key nor partition; give one');
});

test('a closed port: a send fails at its deadline, one beyond the queue limit at once', async () => {
  const topic = { ...(await broker.topic('dead')) };
  const settings = { ...broker.settings, brokers: ['127.0.0.1:1'] };
  const producer = new KafkaProducer(settings, { deadlineMs: 700, maxQueuedBytes: 1000 });
  const first = producer.send(event(topic, 'k', Buffer.alloc(800)));
  await expect(producer.send(event(topic, 'k', Buffer.alloc(800)))).rejects.toThrow(
    'bytes are already waiting',
  );
  await expect(first).rejects.toBeInstanceOf(KafkaUnavailableError);
  await expect(first).rejects.toThrow('nothing was acknowledged within 700 ms');
  await expect(producer.connect()).rejects.toBeInstanceOf(InfrastructureError);
  // Records of settled sends have left the queue.
  await expect(producer.send(event(topic, 'k', Buffer.alloc(800)))).rejects.toThrow(
    'nothing was acknowledged',
  );
  await producer.close(0);
});

test('a partition that the broker does not have: kafkajs resolves without sending, but our send fails', async () => {
  const topic = await broker.topic('coverage');
  const producer = new KafkaProducer(broker.settings, { deadlineMs: 600 });
  const missing = producer.sendMany([
    event(topic, 'k', 'kept', { partition: 1 }),
    event({ ...topic, partitions: 12 }, 'k', 'nowhere', { partition: 9 }),
  ]);
  await expect(missing).rejects.toBeInstanceOf(KafkaUnavailableError);
  await expect(producer.send(event(topic, 'k', 'after', { partition: 1 }))).resolves.toBeUndefined();
  expect((await readAll(broker.settings, topic)).map(text)).toEqual(['kept', 'after']);
  await producer.close();
});

test('a missing topic blocks no other topic, and is written to as soon as it exists', async () => {
  const topic = await broker.topic('present');
  const missing = { ...topic, name: 'missing' };
  const producer = new KafkaProducer(broker.settings, { deadlineMs: 15_000 });
  const late = producer.send(event(missing, 'k', 'late'));
  for (let i = 0; i < 20; i++) await producer.send(event(topic, 'k', String(i)));
  await ensureTopics(broker.settings, [missing], singleNode);
  await late;
  expect((await readAll(broker.settings, missing)).map(text)).toEqual(['late']);
  await producer.close();
});

test('after a lost acknowledgement the send fails, and later records are neither dropped nor out of order', async () => {
  const topic = await broker.topic('lost-ack');
  const proxy = await startKafkaProxy(broker.port);
  const producer = new KafkaProducer({ ...broker.settings, brokers: [proxy.address] }, { deadlineMs: 500 });
  await producer.send(event(topic, 'k', 'first'));
  proxy.behave('no-answers');
  await expect(producer.send(event(topic, 'k', 'unsure'))).rejects.toBeInstanceOf(KafkaUnavailableError);
  // Still queued behind the hanging attempt: it fails too, but is never sent.
  await expect(producer.send(event(topic, 'k', 'never'))).rejects.toBeInstanceOf(KafkaUnavailableError);
  proxy.behave('away');
  // Long enough for kafkajs to give up the first one too. With its idempotent producer the next batch would now carry the
  // same sequence number, be acknowledged as a duplicate and be lost.
  for (let i = 0; i < 4; i++) {
    await expect(producer.send(event(topic, 'k', 'never'))).rejects.toBeInstanceOf(KafkaUnavailableError);
  }
  proxy.behave('normal');
  const following = Array.from({ length: 20 }, (_, i) => `following ${i}`);
  for (const value of following) {
    for (let sent = false; !sent; ) {
      sent = await producer.send(event(topic, 'k', value)).then(
        () => true,
        () => false,
      );
    }
  }
  const values = (await readAll(broker.settings, topic)).map(text);
  // A retry may duplicate a record, which readers recognise by its id; only the order of first appearances counts.
  expect([...new Set(values)]).toEqual(['first', 'unsure', ...following]);
  await producer.close();
  await proxy.close();
});

test('a connection that swallows everything is dropped, and the next send uses a new one', async () => {
  const topic = await broker.topic('swallowed');
  const proxy = await startKafkaProxy(broker.port);
  const producer = new KafkaProducer({ ...broker.settings, brokers: [proxy.address] }, { deadlineMs: 3000 });
  await producer.send(event(topic, 'k', 'before'));
  proxy.silence();
  await expect(producer.send(event(topic, 'k', 'swallowed'))).rejects.toBeInstanceOf(KafkaUnavailableError);
  // Its request times out one second later. That is early enough for this one.
  await producer.send(event(topic, 'k', 'after'));
  expect((await readAll(broker.settings, topic)).map(text)).toEqual(['before', 'after']);
  await producer.close();
  await proxy.close();
});

test('close() sends what is queued', async () => {
  const topic = await broker.topic('close');
  const producer = new KafkaProducer(broker.settings, { lingerMs: 60_000 });
  const sent = producer.send(event(topic, 'k', 'x'));
  await producer.close();
  await sent;
  expect(await readAll(broker.settings, topic)).toHaveLength(1);
  await expect(producer.send(event(topic, 'k', 'y'))).rejects.toThrow('the producer is closed');
});

test('a deleted topic blocks no other topic, not even after a new connection', async () => {
  const [kept, gone] = [await broker.topic('kept'), await broker.topic('gone')];
  const proxy = await startKafkaProxy(broker.port);
  const producer = new KafkaProducer({ ...broker.settings, brokers: [proxy.address] }, { deadlineMs: 3000 });
  await producer.sendMany([event(kept, 'k', '1'), event(gone, 'k', '1')]);
  const name = topicName(gone, broker.settings.topicPrefix);
  await withAdmin(broker.settings, { doing: 'deleting', retries: 3, timeoutMs: 5000 }, async (admin) => {
    await admin.deleteTopics({ topics: [name] });
    // The broker accepts writes until it learns of the deletion.
    await eventually(async () => expect(await admin.listTopics()).not.toContain(name));
  });
  // A connection that breaks during a request makes kafkajs refresh the metadata of all its topics.
  proxy.behave('no-answers');
  const sends = [producer.send(event(kept, 'k', '2'))];
  const written = async (): Promise<number> =>
    (await topicEnds(broker.settings, kept)).reduce((sum, { high }) => sum + high, 0);
  await eventually(async () => expect(await written()).toBe(2));
  proxy.behave('away');
  proxy.behave('normal');
  const lost = producer.send(event(gone, 'k', '2'));
  for (let i = 3; i <= 30; i++) sends.push(producer.send(event(kept, 'k', String(i))));
  await Promise.all(sends);
  await expect(lost).rejects.toBeInstanceOf(KafkaUnavailableError);
  expect(new Set((await readAll(broker.settings, kept)).map(text)).size).toBe(30);
  await producer.close();
  await proxy.close();
});

test('a record that the broker refuses for good is found, and the others are written', async () => {
  const topic = await broker.topic('too-old', { partitions: 1 });
  await configureTopic(broker.settings, topic, { 'message.timestamp.before.max.ms': '86400000' });
  const producer = broker.producer();
  const sends = Array.from({ length: 100 }, (_, i) =>
    producer.send(event(topic, 'k', String(i), i % 40 === 7 ? { timestamp: 1_600_000_000_000 } : {})),
  );
  const results = await Promise.allSettled(sends);
  const refused = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []));
  expect(refused).toEqual([7, 47, 87]);
  for (const i of refused) {
    await expect(sends[i]).rejects.toBeInstanceOf(RecordRefusedError);
    await expect(sends[i]).rejects.toMatchObject({ code: 'RECORD_REFUSED', refusal: 'INVALID_TIMESTAMP' });
  }
  const values = (await readAll(broker.settings, topic)).map(text);
  expect(values).toEqual(numbers(100).filter((n) => !refused.includes(Number(n))));
});

test('a topic with a lower size limit than ours: the large record is found, the others are written', async () => {
  const topic = await broker.topic('shrunk', { partitions: 1 });
  await configureTopic(broker.settings, topic, { 'max.message.bytes': '20000' });
  const producer = broker.producer();
  const sizes = [5000, 5000, 30_000, 5000, 5000, 5000, 5000];
  const results = await Promise.allSettled(
    sizes.map((size) => producer.send(event(topic, 'k', Buffer.alloc(size)))),
  );
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(sizes.map((size) => size < 20_000));
  expect((await readAll(broker.settings, topic)).map(({ value }) => value?.length)).toEqual(
    sizes.filter((size) => size < 20_000),
  );
});
