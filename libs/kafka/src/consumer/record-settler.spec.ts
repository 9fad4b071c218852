// A record that is given up is written to the dead-letter topic once, whole and durable, before it is committed.
import { deadLetterHeaders as names, topics } from '@switchboard/contracts';
import { committedOffsets, dead, done, type InRecord, KafkaProducer, type Outcome } from '../index.ts';
import {
  configureTopic,
  event,
  eventually,
  recordingObserver,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';
import { fill, handlerOf, header, letters } from './test-failing-records.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await testBroker();
});
afterEach(() => broker.close());

test('dead() writes a dead letter at once, with its code', async () => {
  const topic = await broker.topic('dead');
  let calls = 0;
  const handle = async (record: InRecord): Promise<Outcome> => {
    calls += 1;
    return text(record) === 'x' ? dead('NOT_JSON', 'the value is no JSON') : done();
  };
  await fill(broker, topic, ['a', 'x', 'b']);
  broker.consumer([{ kind: 'record', topic, handle }]);
  await eventually(async () => {
    const [letter] = await letters(broker);
    expect([
      text(letter as InRecord),
      header(letter, names.errorCode),
      header(letter, names.attempts),
    ]).toEqual(['x', 'NOT_JSON', '1']);
  });
  await eventually(() => expect(calls).toBe(3));
});

test('a record that is no valid event never reaches a handler', async () => {
  const topic = await broker.topic('strange');
  const producer = broker.producer();
  await producer.sendMany([
    event(topic, 'k', 'fine'),
    { ...event(topic, 'k', ''), value: null },
    event(topic, 'k', Buffer.alloc(900_000)),
    { ...event(topic, 'k', 'bare'), headers: {} },
    { ...event(topic, 'k', 'half'), headers: { ce_id: '1', ce_type: '' } },
    { topic, partition: 1, key: null, value: Buffer.from('no key, no headers'), headers: {} },
    event(topic, 'k', 'fine too'),
  ]);
  const seen: string[] = [];
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> => {
    seen.push(...records.map(text));
    return records.map(done);
  };
  broker.consumer([{ kind: 'records', topic, handle }]);
  await eventually(async () => {
    const dlq = await letters(broker);
    expect(
      dlq.map((letter) => `${header(letter, names.errorCode)} ${header(letter, names.attempts)}`).sort(),
    ).toEqual([
      'HEADERS_MISSING 0',
      'HEADERS_MISSING 0',
      'HEADERS_MISSING 0',
      'RECORD_TOO_LARGE 0',
      'VALUE_MISSING 0',
    ]);
  });
  await eventually(() => expect(seen).toEqual(['fine', 'fine too']));
});

test('a letter that is too large for the dead-letter topic loses its value, or all of the record, and stops nothing', async () => {
  const topic = await broker.topic('foreign', { partitions: 1, maxMessageBytes: 8 * 1024 * 1024 });
  const big = Buffer.alloc(3 * 1024 * 1024, 'x');
  const plain = event(topic, 'k', 'bad');
  await broker
    .producer()
    .sendMany([
      plain,
      event(topic, 'k', big),
      { ...plain, key: big, partition: 0 },
      { ...plain, headers: { ...plain.headers, big } },
      event(topic, 'k', 'good'),
    ]);
  const seen: string[] = [];
  const handler = handlerOf('records', topic, (record) => {
    seen.push(text(record));
    return text(record) === 'bad' ? dead('NOT_JSON', 'no JSON') : done();
  });
  broker.consumer([handler], { group: 'foreign' });
  await broker.committed(topic, 'foreign');
  expect(seen).toContain('good');
  const found = (await letters(broker)).map((letter) => [
    header(letter, names.offset),
    header(letter, names.errorCode),
    header(letter, names.kept),
    letter.key?.toString(),
    letter.value?.toString(),
    header(letter, 'ce_tenantid'),
  ]);
  expect(found.sort()).toEqual([
    ['0', 'NOT_JSON', 'all', 'k', 'bad', 'acme'],
    ['1', 'RECORD_TOO_LARGE', 'key and headers', 'k', undefined, 'acme'],
    ['2', 'NOT_JSON', 'nothing', undefined, undefined, undefined],
    ['3', 'NOT_JSON', 'nothing', undefined, undefined, undefined],
  ]);
});

test('a record of the dead-letter topic never becomes a dead letter again', async () => {
  const topic = await broker.topic('first-life', { partitions: 1 });
  const observer = recordingObserver();
  const bury = handlerOf('records', topic, () => dead('NOT_JSON', 'no JSON'));
  const reader = handlerOf('records', topics.deadLetters, () => dead('UNREADABLE', 'nobody knows it'));
  await fill(broker, topic, ['a', 'b']);
  broker.consumer([bury], { group: 'first-life' });
  broker.consumer([reader], { group: 'reader', observer });
  await eventually(() =>
    expect(observer.calls.filter(([, what]) => what === 'dead-letter-unread')).toHaveLength(2),
  );
  await broker.committed(topics.deadLetters, 'reader');
  expect(await letters(broker)).toHaveLength(2);
});

test('a dead letter has the time at which it was written, because Kafka refuses old timestamps', async () => {
  const topic = await broker.topic('old', { partitions: 1 });
  await configureTopic(broker.settings, topics.deadLetters, {
    'message.timestamp.before.max.ms': '86400000',
  });
  const before = Date.now();
  await fill(broker, topic, ['x']);
  broker.consumer([handlerOf('records', topic, () => dead('NOT_JSON', 'no JSON'))], { group: 'old' });
  await broker.committed(topic, 'old');
  const [letter] = await letters(broker);
  expect(letter?.timestamp).toBeGreaterThanOrEqual(before);
  expect(header(letter, names.timestamp)).toBe('1700000000000');
});

test('while the dead-letter topic is out of reach the record is not committed; the next owner writes the dead letter', async () => {
  const topic = await broker.topic('unburied', { partitions: 1 });
  const unreachable = new KafkaProducer(
    { ...broker.settings, brokers: ['127.0.0.1:1'] },
    { deadlineMs: 200 },
  );
  const observer = recordingObserver();
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> =>
    records.map((record) => (text(record) === 'x' ? dead('NOT_JSON', 'no JSON') : done()));
  const handlers = [{ kind: 'records', topic, handle, maxRecords: 1 }] as const;
  await fill(broker, topic, ['a', 'x', 'b']);
  const first = broker.consumer(handlers, { producer: unreachable, observer });
  await eventually(() => expect(observer.calls).toContainEqual(['paused', 'KAFKA_UNAVAILABLE']));
  expect(await first.drain()).toBe(true);
  expect((await committedOffsets(broker.settings, 'group', topic)).get(0)).toBe(1);
  await unreachable.close(0);
  broker.consumer(handlers);
  await eventually(async () => expect((await letters(broker)).map(text)).toEqual(['x']));
  await eventually(async () =>
    expect((await committedOffsets(broker.settings, 'group', topic)).get(0)).toBe(3),
  );
});
