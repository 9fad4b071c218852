import { topics } from '@switchboard/contracts';
import type { PartitionBuffer } from './partition-buffer.ts';
import { AssignedPartitions } from './assigned-partitions.ts';

const name = topics.events.name;
const make = (): { partitions: AssignedPartitions; lost: PartitionBuffer[] } => {
  const lost: PartitionBuffer[] = [];
  return {
    lost,
    partitions: new AssignedPartitions(new Map([[name, topics.events]]), (buffer) => lost.push(buffer)),
  };
};

test('the same member keeps the buffers of the partitions that stay assigned, and loses the others', () => {
  const { partitions, lost } = make();
  expect(partitions.assign('a', { [name]: [0, 1] })).toHaveLength(2);
  const [kept, gone] = [partitions.get(name, 0), partitions.get(name, 1)];
  expect(partitions.assign('a', { [name]: [0, 2] }).map(({ partition }) => partition)).toEqual([2]);
  expect(partitions.get(name, 0)).toBe(kept);
  expect(lost).toEqual([gone]);
  expect(gone?.lost).toBe(true);
});

test('a new member id keeps no buffer, but partitions assigned again were not taken over', () => {
  const { partitions, lost } = make();
  const former = partitions.assign('a', { [name]: [0, 1] });
  expect(partitions.assign('b', { [name]: [0, 1] })).toHaveLength(2);
  expect(former.map((buffer) => buffer.lost)).toEqual([true, true]);
  expect(lost).toEqual([]);
});

test('a partition lost with the membership is taken over when it is not assigned again', () => {
  const { partitions, lost } = make();
  const [kept, gone] = partitions.assign('a', { [name]: [0, 1] });
  partitions.loseAll();
  expect([kept?.lost, gone?.lost]).toEqual([true, true]);
  expect(lost).toEqual([]);
  partitions.assign('b', { [name]: [0] });
  expect(lost).toEqual([gone]);
});

test('a partition assigned again begins after the handlers of its previous buffer', async () => {
  const { partitions } = make();
  const [former] = partitions.assign('a', { [name]: [0] });
  const release = former?.beginWork();
  partitions.assign('a', {});
  const [back] = partitions.assign('a', { [name]: [0] });
  let begun = false;
  const beginning = back?.predecessor.then(() => {
    begun = true;
  });
  await Promise.resolve();
  expect(begun).toBe(false);
  release?.();
  await beginning;
  expect(begun).toBe(true);
});

test('topics without a handler are ignored', () => {
  const { partitions } = make();
  expect(partitions.assign('a', { other: [0] })).toEqual([]);
});
