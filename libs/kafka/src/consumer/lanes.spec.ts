import { topics } from '@switchboard/contracts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';

const name = topics.events.name;
const make = (): { lanes: Lanes; lost: Lane[] } => {
  const lost: Lane[] = [];
  return { lost, lanes: new Lanes(new Map([[name, topics.events]]), (lane) => lost.push(lane)) };
};

test('the same member keeps the lanes of partitions it keeps, and loses the others', () => {
  const { lanes, lost } = make();
  expect(lanes.assign('a', { [name]: [0, 1] })).toHaveLength(2);
  const [kept, gone] = [lanes.get(name, 0), lanes.get(name, 1)];
  expect(lanes.assign('a', { [name]: [0, 2] }).map(({ partition }) => partition)).toEqual([2]);
  expect(lanes.get(name, 0)).toBe(kept);
  expect(lost).toEqual([gone]);
  expect(gone?.lost).toBe(true);
});

test('a new member id keeps nothing, but no other member has taken over what came back', () => {
  const { lanes, lost } = make();
  const former = lanes.assign('a', { [name]: [0, 1] });
  expect(lanes.assign('b', { [name]: [0, 1] })).toHaveLength(2);
  expect(former.map((lane) => lane.lost)).toEqual([true, true]);
  expect(lost).toEqual([]);
});

test('a partition that was lost with the membership is another member’s when it does not come back', () => {
  const { lanes, lost } = make();
  const [kept, gone] = lanes.assign('a', { [name]: [0, 1] });
  lanes.loseAll();
  expect([kept?.lost, gone?.lost]).toEqual([true, true]);
  expect(lost).toEqual([]);
  lanes.assign('b', { [name]: [0] });
  expect(lost).toEqual([gone]);
});

test('a partition that comes back begins after the handlers of its former lane', async () => {
  const { lanes } = make();
  const [former] = lanes.assign('a', { [name]: [0] });
  const release = former?.work();
  lanes.assign('a', {});
  const [back] = lanes.assign('a', { [name]: [0] });
  let begun = false;
  const beginning = back?.after.then(() => {
    begun = true;
  });
  await Promise.resolve();
  expect(begun).toBe(false);
  release?.();
  await beginning;
  expect(begun).toBe(true);
});

test('topics that nobody here handles are none of ours', () => {
  const { lanes } = make();
  expect(lanes.assign('a', { other: [0] })).toEqual([]);
});
