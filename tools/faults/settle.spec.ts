// How long a run may take to settle: the promise, and beside it what its own backlog takes at its own rate.
import { settlingMs } from './settle.ts';

test('a backlog is allowed the time that it takes at the rate so far, and a minute', () => {
  expect(settlingMs({ owed: 3_000, ended: 20_000, postingMs: 200_000 })).toBe(60_000 + 30_000);
});

test('without a backlog, and without a rate, it is the minute alone', () => {
  expect(settlingMs({ owed: 0, ended: 20_000, postingMs: 200_000 })).toBe(60_000);
  expect(settlingMs({ owed: 3_000, ended: 0, postingMs: 200_000 })).toBe(60_000);
});
