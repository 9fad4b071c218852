// How long a run may take to settle: the promise, and beside it what its own backlog takes at its own rate.
import type { Effect } from './effects.ts';
import { settlingMs, untilResumed } from './settle.ts';

test('a backlog is allowed the time that it takes at the rate so far, and a minute', () => {
  expect(settlingMs({ owed: 3_000, ended: 20_000, postingMs: 200_000 })).toBe(60_000 + 30_000);
});

test('without a backlog, and without a rate, it is the minute alone', () => {
  expect(settlingMs({ owed: 0, ended: 20_000, postingMs: 200_000 })).toBe(60_000);
  expect(settlingMs({ owed: 3_000, ended: 0, postingMs: 200_000 })).toBe(60_000);
});

test('it goes on again when something new was accepted and something delivered, not when all was posted', async () => {
  const load = { accepted: 10, complete: true };
  const effects: Effect[] = [];
  const seen = { load, receiver: { effects }, hopeless: () => false, patienceMs: 600 };
  expect(await untilResumed(performance.now(), seen)).toBeUndefined();
  const resuming = untilResumed(performance.now(), { ...seen, patienceMs: 20_000 });
  load.accepted += 1;
  effects.push({} as Effect);
  expect(await resuming).toBeGreaterThan(0);
  expect(await untilResumed(performance.now(), { ...seen, hopeless: () => true })).toBeUndefined();
});
