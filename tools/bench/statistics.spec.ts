// The arithmetic of the benches, by hand-made numbers and for all.
import fc from 'fast-check';
import { canTell, percentile, ratios, summarise } from './statistics.ts';

test('the median is the middle one, or between the two in the middle', () => {
  expect(summarise([5, 1, 4, 2, 3])).toEqual({ median: 3, min: 1, max: 5 });
  expect(summarise([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(summarise([7])).toEqual({ median: 7, min: 7, max: 7 });
});

test('the ratio is taken round by round, so that a slow round for both does not count', () => {
  const pairs = [
    { ours: 60, reference: 100 },
    { ours: 6, reference: 10 },
    { ours: 70, reference: 100 },
  ];
  expect(ratios(pairs)).toEqual({ median: 0.6, min: 0.6, max: 0.7 });
});

test('a percentile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([3], 0.99)).toBe(3);
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, part) => {
        const value = percentile(values, part);
        expect(values).toContain(value);
        expect(values.filter((one) => one <= value).length).toBeGreaterThanOrEqual(values.length * part);
      },
    ),
  );
});

test('nothing measured is an error, not a figure', () => {
  expect(() => summarise([])).toThrow('nothing was measured');
  expect(() => percentile([], 0.5)).toThrow('nothing was measured');
  expect(() => summarise([1, Number.NaN])).toThrow('no numbers');
  expect(() => ratios([{ ours: 1, reference: 0 }])).toThrow('no numbers');
});

test.each([
  [999, 0.99, false],
  [1_000, 0.99, true],
  [59, 0.99, false],
  [20, 0.5, true],
  [0, 0.5, false],
])('of %d values the part %d can be told: %s', (count, part, can) => {
  expect(canTell(count, part)).toBe(can);
});
