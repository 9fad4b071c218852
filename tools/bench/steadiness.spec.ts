import { isSteady, type Progress, type Rule } from './steadiness.ts';

const rule: Rule = { windowMs: 1_000, windows: 3, spread: 0.1, growth: 0.05 };

/** A sample each 100 ms of something with this rate per second in each second. */
function samplesOf(...rates: number[]): Progress[] {
  const samples: Progress[] = [{ at: 0, done: 0 }];
  for (const [second, rate] of rates.entries())
    for (let tenth = 1; tenth <= 10; tenth += 1)
      samples.push({ at: second * 1_000 + tenth * 100, done: (samples.at(-1)?.done ?? 0) + rate / 10 });
  return samples;
}

test.each<[string, number[], boolean]>([
  ['an even rate', [100, 100, 100, 100, 100, 100], true],
  ['one that varies a little', [98, 104, 99, 103, 97, 101], true],
  ['one that is still climbing', [50, 60, 70, 80, 90, 100], false],
  ['one that climbs from one group to the next', [100, 100, 100, 110, 110, 110], false],
  ['one that has become a little slower', [104, 104, 104, 100, 100, 100], true],
  ['one with an outlier at the end', [100, 100, 100, 100, 100, 60], false],
  ['too short a time', [100, 100, 100, 100, 100], false],
  ['a standstill', [0, 0, 0, 0, 0, 0], false],
])('%s', (_what, rates, steady) => {
  expect(isSteady(samplesOf(...rates), rule)).toBe(steady);
});

test('nothing is not steady', () => expect(isSteady([], rule)).toBe(false));
