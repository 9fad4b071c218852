import { deliverySettings } from '@switchboard/contracts';
import fc from 'fast-check';
import { type Failure, type FailureKind, failureKind, nextDelay, pauseSeconds } from './disposition.ts';

const never = () => 0;
const most = () => 1 - Number.EPSILON;
const retryOf = (given: unknown) => deliverySettings.parse({ retry: given }).retry;
const delaysOf = (given: unknown, random = never) =>
  Array.from({ length: 7 }, (_, n) => nextDelay(retryOf(given), n + 1, random));

test.each([
  [{}, [2, 4, 8, 16, 32, 64, 128]],
  [{ attempts: 3 }, [2, 4, undefined, undefined, undefined, undefined, undefined]],
  [{ first_seconds: 10 }, [10, 20, 40, 80, 160, 320, 640]],
  [{ attempts: 7, max_seconds: 20 }, [2, 4, 8, 16, 20, 20, undefined]],
  [{ kind: 'linear', every_seconds: 7, attempts: 4 }, [7, 7, 7, undefined, undefined, undefined, undefined]],
  [{ kind: 'delays' }, [1, 2, 4, 8, 16, undefined, undefined]],
  [{ kind: 'delays', delays: [60, 0] }, [60, 0, undefined, undefined, undefined, undefined, undefined]],
  [{ attempts: 1 }, Array(7).fill(undefined)],
])('%j waits %j seconds', (given, expected) => {
  expect(delaysOf(given)).toEqual(expected);
});

test('by default a delivery survives an outage of an hour', () => {
  const delays = Array.from({ length: 11 }, (_, n) => nextDelay(retryOf({}), n + 1, never) ?? Number.NaN);
  expect(delays.reduce((sum, delay) => sum + delay)).toBe(4094);
  expect(nextDelay(retryOf({}), 12, never)).toBeUndefined();
});

const exponential = fc.record({
  kind: fc.constant('exponential'),
  attempts: fc.integer({ min: 2, max: 100 }),
  first_seconds: fc.double({ min: 0.1, max: 1000, noNaN: true }),
  factor: fc.double({ min: 1, max: 10, noNaN: true }),
  max_seconds: fc.double({ min: 0.1, max: 604_800, noNaN: true }),
});

test('exponential delays never shrink, are limited by max_seconds, and there is one for each attempt left', () => {
  fc.assert(
    fc.property(exponential, (given) => {
      const policy = retryOf(given);
      const delays = Array.from({ length: given.attempts - 1 }, (_, n) => nextDelay(policy, n + 1, never));
      expect(delays).toEqual([...delays].sort((a, b) => (a as number) - (b as number)));
      expect(delays.at(-1)).toBeLessThanOrEqual(given.max_seconds);
      expect(nextDelay(policy, given.attempts, never)).toBeUndefined();
    }),
  );
});

test('a delay is at least that of the schedule, at most a tenth longer, and differs from row to row', () => {
  fc.assert(
    fc.property(exponential, fc.nat(98), (given, before) => {
      const used = 1 + (before % (given.attempts - 1));
      const policy = retryOf(given);
      const least = nextDelay(policy, used, never) as number;
      const longest = nextDelay(policy, used, most) as number;
      expect(longest).toBeGreaterThan(least);
      expect(longest).toBeLessThanOrEqual(least * 1.1);
    }),
  );
  expect(new Set(Array.from({ length: 50 }, () => nextDelay(retryOf({}), 1))).size).toBeGreaterThan(40);
});

const failureKinds: readonly [string, object, Failure, FailureKind, FailureKind][] = [
  ['nothing listed', {}, { status: 503 }, 'retry', 'retry'],
  ['nothing listed', {}, { status: 400 }, 'rejected', 'rejected'],
  ['nothing listed', {}, { status: 401 }, 'broken', 'broken'],
  ['a status', { retry_on: [404] }, { status: 404 }, 'rejected', 'retry'],
  ['another status', { retry_on: [404] }, { status: 400 }, 'rejected', 'rejected'],
  ['a list does not shut out what it leaves unnamed', { retry_on: [500] }, { status: 503 }, 'retry', 'retry'],
  ['a class', { retry_on: ['4xx'] }, { status: 409 }, 'rejected', 'retry'],
  ['a class', { dont_retry_on: ['5xx'] }, { status: 599 }, 'retry', 'rejected'],
  ['the next class', { dont_retry_on: ['5xx'] }, { status: 429 }, 'retry', 'retry'],
  ['an error', { dont_retry_on: ['tls'] }, { error: 'tls' }, 'retry', 'rejected'],
  ['another error', { dont_retry_on: ['tls'] }, { error: 'dns', status: null }, 'retry', 'retry'],
  ['an error', { retry_on: ['threw'] }, { error: 'threw' }, 'rejected', 'retry'],
  ['both', { retry_on: [503], dont_retry_on: ['5xx'] }, { status: 503 }, 'retry', 'rejected'],
  ['both', { retry_on: ['5xx'], dont_retry_on: [501] }, { status: 501 }, 'rejected', 'rejected'],
  ['what is broken is not dead', { dont_retry_on: [401] }, { status: 401 }, 'broken', 'broken'],
  ['a 403 that means "slower"', { retry_on: [403] }, { status: 403 }, 'broken', 'retry'],
  ['neither status nor error', { retry_on: ['4xx'], dont_retry_on: ['5xx'] }, {}, 'rejected', 'rejected'],
];

test.each(failureKinds)('%s: %j, %j, %s -> %s', (_, lists, failure, byDefault, expected) => {
  expect(failureKind(deliverySettings.parse(lists), failure, byDefault)).toBe(expected);
});

test('a pause is what the other side asked for, within its limits', () => {
  const settings = deliverySettings.parse({});
  expect(pauseSeconds(7, settings)).toBe(7);
  expect(pauseSeconds(90_000, settings)).toBe(86_400);
  expect(pauseSeconds(90_000, { ...settings, max_age_seconds: 600 })).toBe(600);
  for (const odd of [0, -5, Number.NaN]) expect(pauseSeconds(odd, settings)).toBe(1);
  expect(pauseSeconds(Number.POSITIVE_INFINITY, settings)).toBe(86_400);
  // A sink may hand on what it read in an answer, whatever its type says.
  expect(pauseSeconds('7' as never, settings)).toBe(7);
  expect(pauseSeconds('soon' as never, settings)).toBe(1);
});
