import { type InRecord, type KafkaConsumer, type Outcome } from '../index.ts';
import {
  allDone,
  event,
  eventually,
  numbers,
  recordingObserver,
  type TestBroker,
  testBroker,
  text,
} from '../test-broker.ts';

let broker: TestBroker;
beforeAll(async () => {
  broker = await testBroker();
});
afterAll(() => broker.close());

test('when members join and leave, nothing is lost, and a kept partition is not read twice', async () => {
  const topic = await broker.topic('members', { partitions: 6 });
  const observer = recordingObserver();
  const seen: string[] = [];
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push(...records.map(text));
    return allDone(records);
  };
  const start = (): KafkaConsumer =>
    broker.consumer([{ kind: 'records', topic, handle, maxRecords: 40 }], { group: 'members', observer });
  const producer = broker.producer();
  let sent = 0;
  const send = async (until: () => boolean): Promise<void> => {
    while (!until()) {
      await producer.sendMany(numbers(100).map((n) => event(topic, `k${n}`, String(sent + Number(n)))));
      sent += 100;
    }
  };
  const first = start();
  await send(() => seen.length > 500);
  const second = start();
  const rebalances = (): number => observer.calls.filter(([, what]) => what === 'rebalance').length;
  await send(() => rebalances() >= 1 && sent > 4000);
  const third = start();
  await send(() => rebalances() >= 3 && sent > 8000);
  expect(await first.drain()).toBe(true);
  await send(() => sent > 12_000);
  expect(await third.drain()).toBe(true);
  await broker.committed(topic, 'members');
  expect(new Set(seen).size).toBe(sent);
  // No more than was read and not committed at each of the rebalances.
  expect(seen.length - sent).toBeLessThan(3000);
  expect(await second.drain()).toBe(true);
});

test('with more records than fit in memory, fetching pauses and resumes', async () => {
  const topic = await broker.topic('much', { partitions: 1 });
  const producer = broker.producer();
  for (let i = 0; i < 3; i++) {
    await producer.sendMany(numbers(40).map((n) => event(topic, 'k', Buffer.alloc(200_000, Number(n)))));
  }
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let seen = 0;
  const observer = recordingObserver();
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> => {
    await gate;
    seen += records.length;
    return allDone(records);
  };
  broker.consumer([{ kind: 'records', topic, handle }], { group: 'much', observer });
  await eventually(() => expect(observer.calls).toContainEqual(['lag', 'much', 0, 120]));
  open();
  await broker.committed(topic, 'much');
  expect(seen).toBe(120);
  await eventually(() => expect(observer.calls).toContainEqual(['lag', 'much', 0, 0]));
});

test('a partition that was paused, lost and assigned again is read again', async () => {
  const topic = await broker.topic('regained', { partitions: 2 });
  const producer = broker.producer();
  for (let i = 0; i < 2; i++) {
    for (const partition of [0, 1]) {
      const records = numbers(40).map((n) =>
        event(topic, 'k', Buffer.alloc(200_000, i * 40 + Number(n)), { partition }),
      );
      await producer.sendMany(records);
    }
  }
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const seen = new Set<string>();
  const handle = async (records: readonly InRecord[]): Promise<Outcome[]> => {
    await gate;
    for (const { partition, offset } of records) seen.add(`${partition}/${offset}`);
    return allDone(records);
  };
  const observer = recordingObserver();
  broker.consumer([{ kind: 'records', topic, handle }], { group: 'regained', observer });
  // Both buffers are full: each holds more than half of its share.
  for (const partition of [0, 1]) {
    await eventually(() => expect(observer.calls).toContainEqual(['lag', 'regained', partition, 80]));
  }
  const second = recordingObserver();
  const guest = broker.consumer([{ kind: 'records', topic, handle }], {
    group: 'regained',
    observer: second,
  });
  await eventually(() => expect(second.calls.some(([what]) => what === 'batch')).toBe(true));
  await guest.drain(300);
  open();
  await broker.committed(topic, 'regained');
  expect(seen.size).toBe(160);
});

test('a partition is read although others fill every fetch', async () => {
  const topic = await broker.topic('fair', { partitions: 8 });
  const partitions = Array.from({ length: 8 }, (_, partition) => partition);
  const producer = broker.producer();
  for (let i = 0; i < 6; i++) {
    // Nearly a partition's share of a fetch; five of them fit into one fetch.
    const value = Buffer.alloc(200_000, i);
    await Promise.all(partitions.map((partition) => producer.send(event(topic, 'k', value, { partition }))));
  }
  const order: number[] = [];
  const handle = (records: readonly InRecord[]): Promise<Outcome[]> => {
    for (const { partition } of records) order.push(partition);
    return allDone(records);
  };
  broker.consumer([{ kind: 'records', topic, handle }], { group: 'fair' });
  await broker.committed(topic, 'fair');
  expect(order).toHaveLength(48);
  const lastBegin = Math.max(...partitions.map((partition) => order.indexOf(partition)));
  const ended = partitions.filter((partition) => order.lastIndexOf(partition) < lastBegin);
  // Without turns the last one begins when all seven others have ended.
  expect(ended.length).toBeLessThan(4);
});
