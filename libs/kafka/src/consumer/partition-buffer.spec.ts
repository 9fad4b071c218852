import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { topics } from '@switchboard/contracts';
import type { InRecord } from '../records.ts';
import { PartitionBuffer } from './partition-buffer.ts';

const record = (offset: number): InRecord => ({
  topic: topics.events,
  partition: 0,
  offset,
  key: null,
  value: Buffer.alloc(100),
  headers: {},
  timestamp: 0,
});
const fetched = (from: number, offsets: readonly number[], next = (offsets.at(-1) ?? from - 1) + 1) => ({
  from,
  next,
  highWatermark: 100,
  records: offsets.map(record),
});
const buffer = (): PartitionBuffer =>
  new PartitionBuffer(topics.events, topics.events.name, 0, Promise.resolve());
const offsets = (records: readonly InRecord[]): number[] => records.map(({ offset }) => offset);

test('after a rebalance, records that were accepted before are skipped', () => {
  const one = buffer();
  expect(one.accept(fetched(10, [10, 11, 12]))).toBe(true);
  const [first] = one.takeChunk(1, 1000);
  if (first) one.finish(first);
  one.committed = 11;
  one.rejoined();
  expect(one.accept(fetched(11, [11, 12, 13]))).toBe(true);
  expect(offsets(one.takeChunk(10, 10_000))).toEqual([11, 12, 13]);
  expect(one.committable).toBe(11);
});

test('a fetch that begins earlier without a rebalance, or below the commit, needs a fresh buffer', () => {
  const one = buffer();
  one.accept(fetched(10, [10, 11, 12]));
  expect(one.accept(fetched(0, [0, 1]))).toBe(false);
  const [first] = one.takeChunk(1, 1000);
  if (first) one.finish(first);
  one.committed = 11;
  one.rejoined();
  expect(one.accept(fetched(0, [0, 1]))).toBe(false);
});

test('after a rebalance, a fetch from above our last possible commit shows another owner', () => {
  const one = buffer();
  one.accept(fetched(10, [10, 11, 12]));
  const [first] = one.takeChunk(1, 1000);
  if (first) one.finish(first);
  expect(one.overtaken(20)).toBe(false);
  one.rejoined();
  expect(one.overtaken(11)).toBe(false);
  expect(one.overtaken(12)).toBe(true);
});

test('a fetch that begins later than expected is a gap, unless control records were skipped', () => {
  const one = buffer();
  expect(one.positionBeforeGap(10)).toBeUndefined();
  one.accept(fetched(10, [10]));
  expect(one.positionBeforeGap(11)).toBeUndefined();
  one.skippedTo(13);
  expect(one.positionBeforeGap(13)).toBeUndefined();
  expect(one.positionBeforeGap(14)).toBe(13);
});

test('gaps and an empty tail are committed once everything before them is finished', () => {
  const one = buffer();
  one.accept(fetched(0, [2, 5], 9));
  const records = one.takeChunk(10, 10_000);
  expect(one.committable).toBe(2);
  for (const each of [...records].reverse()) one.finish(each);
  expect(one.committable).toBe(9);
  expect(one.load).toEqual({ bytes: 0, records: 0 });
});

test('a chunk keeps to both limits, but never stays empty', () => {
  const one = buffer();
  one.accept(fetched(0, [0, 1, 2, 3, 4, 5, 6]));
  expect(offsets(one.takeChunk(2, 10_000))).toEqual([0, 1]);
  expect(offsets(one.takeChunk(5, 700))).toEqual([2, 3]);
  expect(offsets(one.takeChunk(5, 1))).toEqual([4]);
  one.stop();
  expect(one.takeChunk(5, 1000)).toEqual([]);
});

test('a taken record is not kept: it would hold the bytes of its whole fetch', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const one = buffer();
  const kept = (() => {
    const fetch = fetched(0, [0, 1]);
    one.accept(fetch);
    return new WeakRef(fetch.records);
  })();
  const known = one.takeChunk(2, 10_000).map((each) => new WeakRef(each));
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect([kept, ...known].map((each) => each.deref())).toEqual([undefined, undefined, undefined]);
});

test('a lost buffer gives out no records and commits nothing', async () => {
  const one = buffer();
  one.accept(fetched(0, [0, 1, 2]));
  const [first] = one.takeChunk(1, 1000);
  const release = one.beginWork();
  let idle = false;
  const whenIdle = one.idle().then(() => {
    idle = true;
  });
  one.lose();
  if (first) one.finish(first);
  expect(one.committable).toBe(0);
  expect(one.takeNext()).toBeUndefined();
  expect(idle).toBe(false);
  release();
  await whenIdle;
  expect(idle).toBe(true);
});
