import {
  deadLetterHeaders as names,
  InfrastructureError,
  RecordError,
  type Topic,
  topics,
} from '@switchboard/contracts';
import {
  committedOffsets,
  dead,
  done,
  type InRecord,
  KafkaProducer,
  type Outcome,
  readAll,
} from '../index.ts';
import {
  configureTopic,
  event,
  eventually,
  recordingObserver,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';
import type { Handler } from './work.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await testBroker();
});
afterEach(() => broker.close());

const letters = (): Promise<InRecord[]> => readAll(broker.settings, topics.deadLetters);
const header = (record: InRecord | undefined, name: string): string | undefined =>
  record?.headers[name]?.toString();

async function fill(topic: Topic, values: readonly string[]): Promise<void> {
  await broker
    .producer()
    .sendMany(values.map((value) => event(topic, `k-${value}`, value, { timestamp: 1_700_000_000_000 })));
}

/** What a broken handler does with a record of this text. */
function misbehave(value: string): void {
  if (value === 'type') (undefined as unknown as { x: () => void }).x();
  if (value === 'syntax') JSON.parse('{"customer": secret text');
  if (value === 'range') throw new RangeError('too far');
  if (value === 'plain') throw new Error('plain');
  if (value === 'thing') throw 'not an error';
}

const bad = ['type', 'syntax', 'range', 'plain', 'thing'];
const good = Array.from({ length: 300 }, (_, i) => `good${i}`);
const later = Array.from({ length: 60 }, (_, i) => `later${i}`);
const mixed = [...good.slice(0, 150), ...bad, ...good.slice(150)];

test.each(['records', 'record'] as const)(
  'poison of every class, %s handler: in the DLQ, the others done, lag 0',
  async (kind) => {
    const topic = await broker.topic('poison');
    const observer = recordingObserver();
    const finished: string[] = [];
    const calls = new Map<string, number>();
    const one = (record: InRecord): Outcome => {
      calls.set(text(record), (calls.get(text(record)) ?? 0) + 1);
      misbehave(text(record));
      finished.push(text(record));
      return done();
    };
    const handler =
      kind === 'records'
        ? { kind, topic, handle: async (records: readonly InRecord[]) => records.map(one) }
        : { kind, topic, handle: async (record: InRecord) => one(record) };
    await fill(topic, mixed);
    const consumer = broker.consumer([handler], { observer, stage: 'tester', group: 'poison' });
    await eventually(() => expect(observer.told).toContainEqual(['paused', 'UNEXPECTED']));
    // Others that are handled show whose fault it is.
    await fill(topic, later);
    await eventually(async () => {
      const commits = await committedOffsets(broker.settings, 'poison', topic);
      expect([...commits.values()].reduce((a, b) => a + b, 0)).toBe(mixed.length + later.length);
    });
    expect(new Set(finished)).toEqual(new Set([...good, ...later]));
    const dlq = await letters();
    expect(dlq.map(text).sort()).toEqual([...bad].sort());
    const sources = await readAll(broker.settings, topic);
    for (const letter of dlq) {
      const source = sources.find((record) => text(record) === text(letter));
      expect(letter).toMatchObject({
        key: source?.key,
        partition: source?.partition,
        // The topic keeps it from its burial on.
        timestamp: Date.parse(header(letter, names.failedAt) ?? ''),
      });
      expect(letter.headers).toMatchObject({ ...source?.headers });
      expect(header(letter, names.stage)).toBe('tester');
      expect(header(letter, names.group)).toBe('poison');
      expect(header(letter, names.topic)).toBe(`${broker.settings.topicPrefix}poison`);
      expect(header(letter, names.partition)).toBe(String(source?.partition));
      expect(header(letter, names.offset)).toBe(String(source?.offset));
      expect(header(letter, names.errorCode)).toBe('HANDLER_FAILED');
      expect(Number(header(letter, names.attempts))).toBeGreaterThanOrEqual(3);
      expect(header(letter, names.timestamp)).toBe('1700000000000');
      expect(Date.parse(header(letter, names.failedAt) ?? '')).toBeGreaterThan(1_700_000_000_000);
    }
    for (const value of bad) expect(calls.get(value)).toBeGreaterThanOrEqual(3);
    expect(observer.told.filter(([name]) => name === 'deadLettered')).toHaveLength(bad.length);
    expect(consumer.liveness().alive).toBe(true);
    expect(JSON.stringify(broker.logs)).toContain('A record was put on the dead-letter topic.');
    expect(JSON.stringify(broker.logs)).not.toContain('secret text');
  },
);

test('a handler that returns the wrong number of outcomes, or none at all, is at fault', async () => {
  const topic = await broker.topic('outcomes');
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    if (records.some((record) => text(record) === 'few')) return Promise.resolve(records.slice(1).map(done));
    if (records.some((record) => text(record) === 'none')) return Promise.resolve(undefined as never);
    if (records.some((record) => text(record) === 'odd'))
      return Promise.resolve(records.map(() => ({ kind: 'ok' }) as never));
    return Promise.resolve(records.map(done));
  };
  await fill(topic, ['a', 'few', 'b', 'none', 'c', 'odd', 'd']);
  const observer = recordingObserver();
  broker.consumer([{ kind: 'records', topic, handle }], { observer });
  await eventually(() => expect(observer.told).toContainEqual(['paused', 'UNEXPECTED']));
  await fill(topic, later);
  await eventually(async () => {
    const dlq = await letters();
    expect(dlq.map((record) => [text(record), header(record, names.errorCode)]).sort()).toEqual([
      ['few', 'HANDLER_FAILED'],
      ['none', 'HANDLER_FAILED'],
      ['odd', 'HANDLER_FAILED'],
    ]);
  });
});

test('dead() buries at once, with its code', async () => {
  const topic = await broker.topic('dead');
  let calls = 0;
  const handle = async (record: InRecord): Promise<Outcome> => {
    calls += 1;
    return text(record) === 'x' ? dead('NOT_JSON', 'the value is no JSON') : done();
  };
  await fill(topic, ['a', 'x', 'b']);
  broker.consumer([{ kind: 'record', topic, handle }]);
  await eventually(async () => {
    const [letter] = await letters();
    expect([
      text(letter as InRecord),
      header(letter, names.errorCode),
      header(letter, names.attempts),
    ]).toEqual(['x', 'NOT_JSON', '1']);
  });
  await eventually(() => expect(calls).toBe(3));
});

test('what is no event of ours never reaches a handler', async () => {
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
    const dlq = await letters();
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

test.each(['records', 'record'] as const)(
  'trouble of our own, %s handler: waited for, and no record suffers',
  async (kind) => {
    const topic = await broker.topic('trouble');
    const observer = recordingObserver();
    const finished: string[] = [];
    let failures = 0;
    const one = (record: InRecord): Outcome => {
      if (text(record) === 'good7' && failures < 4) {
        failures += 1;
        throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'writing: Postgres does not answer');
      }
      finished.push(text(record));
      return done();
    };
    const handler =
      kind === 'records'
        ? { kind, topic, handle: async (records: readonly InRecord[]) => records.map(one) }
        : { kind, topic, handle: async (record: InRecord) => one(record) };
    await fill(topic, good.slice(0, 50));
    broker.consumer([handler], { observer, maxAttempts: 2 });
    await eventually(() => expect(new Set(finished)).toEqual(new Set(good.slice(0, 50))));
    expect(failures).toBe(4);
    expect(observer.told.filter(([name]) => name === 'paused')).toEqual([['paused', 'POSTGRES_UNAVAILABLE']]);
    expect(observer.told.filter(([name]) => name === 'deadLettered')).toEqual([]);
    expect(await letters()).toEqual([]);
  },
);

/** A handler of either kind that does the same with each record. */
function handlerOf(kind: 'records' | 'record', topic: Topic, one: (record: InRecord) => Outcome): Handler {
  return kind === 'records'
    ? { kind, topic, handle: async (records: readonly InRecord[]) => records.map(one) }
    : { kind, topic, handle: async (record: InRecord) => one(record) };
}

test.each(['records', 'record'] as const)(
  'trouble of a kind that nobody has listed, %s handler: no record suffers while all fail, whatever is thrown',
  async (kind) => {
    const topic = await broker.topic('unlisted');
    const observer = recordingObserver();
    const finished: string[] = [];
    const failed = new Map<string, number>();
    let broken = false;
    const handler = handlerOf(kind, topic, (record) => {
      if (broken) {
        failed.set(text(record), (failed.get(text(record)) ?? 0) + 1);
        misbehave(bad[record.offset % bad.length] ?? 'plain');
      }
      finished.push(text(record));
      return done();
    });
    const consumer = broker.consumer([handler], { observer, group: 'unlisted', maxAttempts: 2 });
    await fill(topic, good.slice(0, 50));
    await broker.committed(topic, 'unlisted');
    broken = true;
    await fill(topic, good.slice(50, 100));
    const failures = (): number => [...failed.values()].reduce((sum, count) => sum + count, 0);
    await eventually(() => expect(failures()).toBeGreaterThanOrEqual(20), 60_000);
    expect(failed.size).toBeGreaterThan(5);
    await eventually(() => expect(consumer.progress()).toMatchObject({ good: false }), 30_000);
    expect(consumer.progress().reason).toContain('UNEXPECTED');
    broken = false;
    await broker.committed(topic, 'unlisted');
    expect(new Set(finished)).toEqual(new Set(good.slice(0, 100)));
    expect(await letters()).toEqual([]);
    expect(consumer.progress().good).toBe(true);
  },
);

test('a record that fails alone blocks its key until another record shows that it is at fault', async () => {
  const topic = await broker.topic('lonely', { partitions: 1 });
  const observer = recordingObserver();
  const finished: string[] = [];
  const handler = handlerOf('records', topic, (record) => {
    misbehave(text(record));
    finished.push(text(record));
    return done();
  });
  broker.consumer([handler], { observer, group: 'lonely' });
  const key = { key: 'same' };
  await broker.producer().sendMany([event(topic, 'same', 'type', key), event(topic, 'same', 'after', key)]);
  await eventually(() => expect(observer.told).toContainEqual(['paused', 'UNEXPECTED']));
  expect(finished).toEqual([]);
  await broker.producer().send(event(topic, 'other', 'other'));
  await broker.committed(topic, 'lonely');
  expect(finished).toEqual(['other', 'after']);
  expect((await letters()).map(text)).toEqual(['type']);
});

test('what the handler says is about the record is buried at once, alone or in a chunk', async () => {
  const topic = await broker.topic('said', { partitions: 1 });
  const handler = handlerOf('records', topic, (record) => {
    if (text(record) === 'x') throw new RecordError('TOO_ODD', 'it is too odd');
    return done();
  });
  await fill(topic, ['a', 'x', 'b']);
  broker.consumer([handler], { group: 'said' });
  await broker.committed(topic, 'said');
  const [letter, ...more] = await letters();
  expect([text(letter as InRecord), header(letter, names.errorCode), more]).toEqual(['x', 'TOO_ODD', []]);
});

test('a record of the dead-letter topic is never buried on it again', async () => {
  const topic = await broker.topic('first-life', { partitions: 1 });
  const observer = recordingObserver();
  const bury = handlerOf('records', topic, () => dead('NOT_JSON', 'no JSON'));
  const reader = handlerOf('records', topics.deadLetters, () => dead('UNREADABLE', 'nobody knows it'));
  await fill(topic, ['a', 'b']);
  broker.consumer([bury], { group: 'first-life' });
  broker.consumer([reader], { group: 'reader', observer });
  await eventually(() =>
    expect(observer.told.filter(([, what]) => what === 'dead-letter-unread')).toHaveLength(2),
  );
  await broker.committed(topics.deadLetters, 'reader');
  expect(await letters()).toHaveLength(2);
});

test('a record whose time Kafka refuses on the dead-letter topic is kept there under the time of its burial', async () => {
  const topic = await broker.topic('old', { partitions: 1 });
  await configureTopic(broker.settings, topics.deadLetters, {
    'message.timestamp.before.max.ms': '86400000',
  });
  const before = Date.now();
  await fill(topic, ['x']);
  broker.consumer([handlerOf('records', topic, () => dead('NOT_JSON', 'no JSON'))], { group: 'old' });
  await broker.committed(topic, 'old');
  const [letter] = await letters();
  expect(letter?.timestamp).toBeGreaterThanOrEqual(before);
  expect(header(letter, names.timestamp)).toBe('1700000000000');
});

test('no dead letter, no commit: with the DLQ out of reach the record stays and is buried by the next owner', async () => {
  const topic = await broker.topic('unburied', { partitions: 1 });
  const unreachable = new KafkaProducer(
    { ...broker.settings, brokers: ['127.0.0.1:1'] },
    { deadlineMs: 200 },
  );
  const observer = recordingObserver();
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> =>
    records.map((record) => (text(record) === 'x' ? dead('NOT_JSON', 'no JSON') : done()));
  const handlers = [{ kind: 'records', topic, handle, maxRecords: 1 }] as const;
  await fill(topic, ['a', 'x', 'b']);
  const first = broker.consumer(handlers, { producer: unreachable, observer });
  await eventually(() => expect(observer.told).toContainEqual(['paused', 'KAFKA_UNAVAILABLE']));
  expect(await first.drain()).toBe(true);
  expect((await committedOffsets(broker.settings, 'group', topic)).get(0)).toBe(1);
  await unreachable.close(0);
  broker.consumer(handlers);
  await eventually(async () => expect((await letters()).map(text)).toEqual(['x']));
  await eventually(async () =>
    expect((await committedOffsets(broker.settings, 'group', topic)).get(0)).toBe(3),
  );
});
