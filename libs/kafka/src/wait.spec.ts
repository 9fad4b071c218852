import { getEventListeners } from 'node:events';
import { wait } from './wait.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

test('however many wait for a signal, it has one listener, and none when they are done', async () => {
  const { signal } = new AbortController();
  const rounds = [await Promise.all(several(signal, 5)), await Promise.all(several(signal, 5))];
  expect(rounds).toEqual([Array(50).fill(true), Array(50).fill(true)]);
  expect(listeners(signal)).toBe(0);
});

test('an abort ends all waits at once, those that come later included', async () => {
  const stop = new AbortController();
  const begun = performance.now();
  const waits = several(stop.signal, 60_000);
  stop.abort();
  expect(await Promise.all(waits)).toEqual(Array(50).fill(false));
  expect(await wait(60_000, stop.signal)).toBe(false);
  expect(performance.now() - begun).toBeLessThan(30_000);
  expect(listeners(stop.signal)).toBe(0);
});

test('one wait that is over ends no other', async () => {
  const stop = new AbortController();
  const long = wait(60_000, stop.signal);
  expect(await wait(5, stop.signal)).toBe(true);
  expect(listeners(stop.signal)).toBe(1);
  stop.abort();
  expect(await long).toBe(false);
});

/** Fifty at once, all heard through one listener. */
function several(signal: AbortSignal, ms: number): Promise<boolean>[] {
  const all = Array.from({ length: 50 }, () => wait(ms, signal));
  expect(listeners(signal)).toBe(1);
  return all;
}
