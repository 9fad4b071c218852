import { committedOffsets, done, type InRecord, type Outcome } from '../index.ts';
import {
  allDone,
  eventually,
  numbers,
  recordingObserver,
  testBroker,
  text,
  type TestBroker,
} from '../test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

/** Values by key, in the order of their arrival. */
function byKey(records: readonly InRecord[]): Map<string, number[]> {
  const keys = new Map<string, number[]>();
  for (const record of records) {
    const key = String(record.key);
    keys.set(key, [...(keys.get(key) ?? []), Number(text(record))]);
  }
  return keys;
}

test('a batch handler gets every record once, per partition in order, in chunks, and all is committed', async () => {
  const topic = await broker.topic('chunks');
  await broker.fill(topic, 5000);
  const seen: InRecord[] = [];
  const sizes: number[] = [];
  const observer = recordingObserver();
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    sizes.push(records.length);
    seen.push(...records);
    return allDone(records);
  };
  broker.consumer([{ kind: 'records', topic, maxRecords: 300, handle }], { group: 'chunks', observer });
  await broker.committed(topic, 'chunks');
  expect(seen.map(text).sort()).toEqual(numbers(5000).sort());
  for (const values of byKey(seen).values()) expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(Math.max(...sizes)).toBe(300);
  expect(observer.calls).toContainEqual(['batch', 'chunks', 300]);
  expect(observer.calls).toContainEqual(['processed', 'chunks', undefined, expect.any(Number), 300]);
});

test('a record handler gets each key in order, and different keys in parallel up to its concurrency', async () => {
  const topic = await broker.topic('keys');
  await broker.fill(topic, 600, 30);
  const seen: InRecord[] = [];
  const running = new Map<string, number>();
  let most = 0;
  const handle = async (record: InRecord): Promise<Outcome> => {
    const key = String(record.key);
    running.set(key, (running.get(key) ?? 0) + 1);
    expect(running.get(key)).toBe(1);
    most = Math.max(most, running.size);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    seen.push(record);
    running.delete(key);
    return done();
  };
  broker.consumer([{ kind: 'record', topic, concurrency: 12, handle }], { group: 'keys' });
  await broker.committed(topic, 'keys');
  expect(most).toBe(12);
  expect(seen).toHaveLength(600);
  for (const values of byKey(seen).values()) expect(values).toEqual([...values].sort((a, b) => a - b));
});

test('no commit passes an unfinished record; the next owner gets it again', async () => {
  const topic = await broker.topic('stuck', { partitions: 1 });
  await broker.fill(topic, 200, 50);
  let release = (): void => undefined;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: string[] = [];
  const handle = async (record: InRecord): Promise<Outcome> => {
    if (text(record) === '40') await blocked;
    seen.push(text(record));
    return done();
  };
  const consumer = broker.consumer([{ kind: 'record', topic, handle, concurrency: 4 }], { group: 'stuck' });
  // All but 40 and the later records of its key.
  await eventually(() => expect(seen).toHaveLength(196));
  await eventually(async () => {
    expect((await committedOffsets(broker.settings, 'stuck', topic)).get(0)).toBe(40);
  });
  expect(await consumer.drain(500)).toBe(false);
  expect((await committedOffsets(broker.settings, 'stuck', topic)).get(0)).toBe(40);
  const again: string[] = [];
  const next = async (record: InRecord): Promise<Outcome> => {
    again.push(text(record));
    return done();
  };
  broker.consumer([{ kind: 'record', topic, handle: next }], { group: 'stuck' });
  await eventually(() => expect(new Set(again)).toEqual(new Set(numbers(200).slice(40))));
  release();
});

test('drain waits for running handlers and commits their records; the next owner gets only the others', async () => {
  const topic = await broker.topic('drain');
  await broker.fill(topic, 3000);
  const seen: string[] = [];
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen.push(...records.map(text));
    return allDone(records);
  };
  const handlers = [{ kind: 'records', topic, handle, maxRecords: 50 }] as const;
  const first = broker.consumer(handlers, { group: 'drain' });
  await eventually(() => expect(seen.length).toBeGreaterThan(300));
  expect(await first.drain()).toBe(true);
  const before = seen.length;
  expect(before).toBeLessThan(3000);
  broker.consumer(handlers, { group: 'drain' });
  await broker.committed(topic, 'drain');
  expect(seen).toHaveLength(3000);
  expect(new Set(seen).size).toBe(3000);
});
