import fc from 'fast-check';
import { AdaptiveLimit } from './adaptive-limit.ts';

/** One success every `everyMs` until the whole limit is in use again. Returns how long that took. */
function recover(limit: AdaptiveLimit, from: number, everyMs: number): number {
  for (let now = from + everyMs; now <= from + 3_600_000; now += everyMs) {
    limit.widen(now - 1, now);
    if (limit.share === 1) return now - from;
  }
  throw new RangeError('recovering: an hour was not enough');
}

test('64 calls of one round trip that fail count once, those made after it count again', () => {
  const limit = new AdaptiveLimit(64);
  expect(limit.share).toBe(1);
  for (let call = 0; call < 64; call += 1) limit.narrow(100 + call, 300 + call);
  expect(limit.share).toBe(0.5);
  limit.narrow(300, 400);
  expect(limit.share).toBe(0.5);
  limit.narrow(301, 401);
  expect(limit.share).toBe(0.25);
});

test('falls to one call at a time, and not below a sixteenth of the rate when few calls are allowed', () => {
  for (const [concurrency, least] of [
    [64, 1 / 64],
    [500, 1 / 500],
    [5, 1 / 16],
    [1, 1 / 16],
  ] as const) {
    const limit = new AdaptiveLimit(concurrency);
    for (let n = 1; n < 20; n += 1) limit.narrow(n * 10, n * 10 + 5);
    expect({ concurrency, share: limit.share }).toEqual({ concurrency, share: least });
  }
});

test('recovers in a minute of traffic, from a half in thirty seconds', () => {
  const limit = new AdaptiveLimit(64);
  limit.narrow(0, 1000);
  for (const everyMs of [1, 100, 1000]) {
    const half = recover(limit, 1000, everyMs);
    expect(half).toBeGreaterThanOrEqual(29_900);
    expect(half).toBeLessThanOrEqual(31_000);
    limit.narrow(500_000 * everyMs, 1000);
  }
});

test('recovers from the least share within a minute', () => {
  const limit = new AdaptiveLimit(64);
  for (let n = 1; n < 20; n += 1) limit.narrow(n * 10, n * 10 + 5);
  const took = recover(limit, 195, 10);
  expect(took).toBeGreaterThan(58_000);
  expect(took).toBeLessThanOrEqual(60_000);
});

test('an hour without calls, and calls from before the limit was narrowed, count for little', () => {
  const limit = new AdaptiveLimit(10);
  limit.narrow(0, 1000);
  limit.widen(999, 2000);
  expect(limit.share).toBe(0.5);
  limit.widen(3_600_000, 3_600_001);
  expect(limit.share).toBeCloseTo(0.5 + 1 / 60, 6);
});

test('the share always stays between the least and the whole, and many failures of one round trip count as one', () => {
  const call = fc.record({ good: fc.boolean(), took: fc.nat({ max: 500 }), after: fc.nat({ max: 500 }) });
  const calls = fc.array(call, { maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), calls, (concurrency, made) => {
      const limit = new AdaptiveLimit(concurrency);
      const least = Math.min(1 / 16, 1 / concurrency);
      let now = 1000;
      const wrong = made.filter(({ good, took, after }) => {
        now += after;
        const before = limit.share;
        if (good) limit.widen(now - took, now);
        else limit.narrow(now - took, now);
        const { share } = limit;
        if (share < before) limit.narrow(now, now);
        const within = share >= least && share <= 1;
        return !within || limit.share !== share || (good ? share < before : share > before);
      });
      expect(wrong).toEqual([]);
    }),
  );
});
