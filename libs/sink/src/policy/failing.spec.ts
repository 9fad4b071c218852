import fc from 'fast-check';
import { afterFailure, FAILING_THRESHOLDS, type Failing } from './failing.ts';

const DAY = 86_400;
const LIMIT = 5 * DAY;
const SINCE = 1_800_000_000;

test('the first failure begins the time and tells nobody', () => {
  expect(afterFailure(undefined, SINCE, LIMIT)).toEqual({
    failing: { failingSince: SINCE, told: 0 },
    crossed: [],
  });
});

test.each([
  [0, 2.49, []],
  [0, 2.5, [50]],
  [50, 3, []],
  [50, 3.5, [70]],
  [70, 4.5, [90]],
  [90, 4.99, []],
  [90, 5, [100]],
  [100, 9, []],
  [0, 6, [50, 70, 90, 100]],
  [50, 4.6, [70, 90]],
  [0, -1, []],
])('told %i, after %d days: %j', (told, days, crossed) => {
  const before: Failing = { failingSince: SINCE, told };
  const after = afterFailure(before, SINCE + days * DAY, LIMIT);
  expect(after.crossed).toEqual(crossed);
  expect(after.failing).toEqual({ failingSince: SINCE, told: crossed.at(-1) ?? told });
  if (crossed.length === 0) expect(after.failing).toBe(before);
});

test('each threshold is told once, in order, however the failures come', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: DAY }), { minLength: 1, maxLength: 40 }), (gaps) => {
      let failing: Failing | undefined;
      let now = SINCE;
      const told: number[] = [];
      for (const gap of gaps) {
        const after = afterFailure(failing, now, LIMIT);
        told.push(...after.crossed);
        failing = after.failing;
        now += gap;
      }
      const last = afterFailure(failing, SINCE + LIMIT, LIMIT);
      expect([...told, ...last.crossed]).toEqual(FAILING_THRESHOLDS);
    }),
  );
});
