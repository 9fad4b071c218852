// A failure is either the record's fault, and the record is given up, or infrastructure's, and the consumer waits.
import { deadLetterHeaders as names, InfrastructureError, RecordError } from '@switchboard/contracts';
import { committedOffsets, done, type InRecord, type Outcome, readAll } from '../index.ts';
import { event, eventually, recordingObserver, type TestBroker, testBroker, text } from '../test-broker.ts';
import { fill, handlerOf, header, letters } from './test-failing-records.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await testBroker();
});
afterEach(() => broker.close());

/** How a broken handler fails for a record with this text. */
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
  'poison records of every kind, %s handler: they become dead letters, the others are done, lag is 0',
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
    await fill(broker, topic, mixed);
    const consumer = broker.consumer([handler], { observer, stage: 'tester', group: 'poison' });
    await eventually(() => expect(observer.calls).toContainEqual(['paused', 'UNEXPECTED']));
    // Records that are handled meanwhile show whose fault it is.
    await fill(broker, topic, later);
    await eventually(async () => {
      const commits = await committedOffsets(broker.settings, 'poison', topic);
      expect([...commits.values()].reduce((a, b) => a + b, 0)).toBe(mixed.length + later.length);
    });
    expect(new Set(finished)).toEqual(new Set([...good, ...later]));
    const dlq = await letters(broker);
    expect(dlq.map(text).sort()).toEqual([...bad].sort());
    const sources = await readAll(broker.settings, topic);
    for (const letter of dlq) {
      const source = sources.find((record) => text(record) === text(letter));
      expect(letter).toMatchObject({
        key: source?.key,
        partition: source?.partition,
        // The topic's retention begins when the dead letter is written.
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
    expect(observer.calls.filter(([name]) => name === 'deadLettered')).toHaveLength(bad.length);
    expect(consumer.liveness().alive).toBe(true);
    expect(JSON.stringify(broker.logs)).toContain('A record was written to the dead-letter topic.');
    expect(JSON.stringify(broker.logs)).not.toContain('secret text');
  },
);

test('a wrong number of outcomes, or no outcomes, is a handler failure', async () => {
  const topic = await broker.topic('outcomes');
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    if (records.some((record) => text(record) === 'few')) return Promise.resolve(records.slice(1).map(done));
    if (records.some((record) => text(record) === 'none')) return Promise.resolve(undefined as never);
    if (records.some((record) => text(record) === 'odd'))
      return Promise.resolve(records.map(() => ({ kind: 'ok' }) as never));
    return Promise.resolve(records.map(done));
  };
  await fill(broker, topic, ['a', 'few', 'b', 'none', 'c', 'odd', 'd']);
  const observer = recordingObserver();
  broker.consumer([{ kind: 'records', topic, handle }], { observer });
  await eventually(() => expect(observer.calls).toContainEqual(['paused', 'UNEXPECTED']));
  await fill(broker, topic, later);
  await eventually(async () => {
    const dlq = await letters(broker);
    expect(dlq.map((record) => [text(record), header(record, names.errorCode)]).sort()).toEqual([
      ['few', 'HANDLER_FAILED'],
      ['none', 'HANDLER_FAILED'],
      ['odd', 'HANDLER_FAILED'],
    ]);
  });
});

test.each(['records', 'record'] as const)(
  'an infrastructure failure, %s handler: the consumer waits and gives up no record',
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
    await fill(broker, topic, good.slice(0, 50));
    broker.consumer([handler], { observer, maxAttempts: 2 });
    await eventually(() => expect(new Set(finished)).toEqual(new Set(good.slice(0, 50))));
    expect(failures).toBe(4);
    expect(observer.calls.filter(([name]) => name === 'paused')).toEqual([
      ['paused', 'POSTGRES_UNAVAILABLE'],
    ]);
    expect(observer.calls.filter(([name]) => name === 'deadLettered')).toEqual([]);
    expect(await letters(broker)).toEqual([]);
  },
);

test.each(['records', 'record'] as const)(
  'an unclassified failure of every record, %s handler: no record is given up, whatever is thrown',
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
    await fill(broker, topic, good.slice(0, 50));
    await broker.committed(topic, 'unlisted');
    broken = true;
    await fill(broker, topic, good.slice(50, 100));
    const failures = (): number => [...failed.values()].reduce((sum, count) => sum + count, 0);
    await eventually(() => expect(failures()).toBeGreaterThanOrEqual(20), 60_000);
    expect(failed.size).toBeGreaterThan(5);
    await eventually(() => expect(consumer.progress()).toMatchObject({ good: false }), 30_000);
    expect(consumer.progress().reason).toContain('UNEXPECTED');
    broken = false;
    await broker.committed(topic, 'unlisted');
    expect(new Set(finished)).toEqual(new Set(good.slice(0, 100)));
    expect(await letters(broker)).toEqual([]);
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
  await eventually(() => expect(observer.calls).toContainEqual(['paused', 'UNEXPECTED']));
  expect(finished).toEqual([]);
  await broker.producer().send(event(topic, 'other', 'other'));
  await broker.committed(topic, 'lonely');
  expect(finished).toEqual(['other', 'after']);
  expect((await letters(broker)).map(text)).toEqual(['type']);
});

test('a record that its handler finds at fault becomes a dead letter at once, alone or in a chunk', async () => {
  const topic = await broker.topic('said', { partitions: 1 });
  const handler = handlerOf('records', topic, (record) => {
    if (text(record) === 'x') throw new RecordError('TOO_ODD', 'it is too odd');
    return done();
  });
  await fill(broker, topic, ['a', 'x', 'b']);
  broker.consumer([handler], { group: 'said' });
  await broker.committed(topic, 'said');
  const [letter, ...more] = await letters(broker);
  expect([text(letter as InRecord), header(letter, names.errorCode), more]).toEqual(['x', 'TOO_ODD', []]);
});
