import { getEventListeners } from 'node:events';
import { wait } from './wait.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('a signal has one listener for all waits, and none when no wait is left', async () => {
  const { signal } = new AbortController();
  const rounds = [await Promise.all(several(signal, 5)), await Promise.all(several(signal, 5))];
  expect(rounds).toEqual([Array(50).fill(true), Array(50).fill(true)]);
  expect(listeners(signal)).toBe(0);
});

test('an abort ends all waits at once, also those that begin later', async () => {
  const stop = new AbortController();
  const begun = performance.now();
  const waits = several(stop.signal, 60_000);
  stop.abort();
  expect(await Promise.all(waits)).toEqual(Array(50).fill(false));
  expect(await wait(60_000, stop.signal)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(30_000);
  expect(listeners(stop.signal)).toBe(0);
});

test('the end of one wait leaves the others', async () => {
  const stop = new AbortController();
  const long = wait(60_000, stop.signal);
  expect(await wait(5, stop.signal)).toBe(true);
  expect(listeners(stop.signal)).toBe(1);
  stop.abort();
  expect(await long).toBe(false);
});

/** Fifty waits that share one listener. */
function several(signal: AbortSignal, ms: number): Promise<boolean>[] {
  const all = Array.from({ length: 50 }, () => wait(ms, signal));
  expect(listeners(signal)).toBe(1);
  return all;
}
