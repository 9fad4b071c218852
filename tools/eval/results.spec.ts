// The rule that keeps the analyser from getting worse.
import { fallsOf, type Results, resultOf } from './results.ts';
import { scoresOf } from './scores.ts';

const result = (macro_f1: number) => ({ macro_f1, accuracy: 0.9, classes: {} });
const accepted: Results = { 'golden sentiment': result(0.8), 'banking77 category': result(0.9) };

test.each([
  ['the same', 0.8, []],
  ['better', 0.95, []],
  ['a fall by just 0.02', 0.78, []],
  ['a fall by more', 0.7799, [{ what: 'golden sentiment', was: 0.8, is: 0.7799 }]],
])('%s', (_what, now, falls) => {
  expect(fallsOf(accepted, { ...accepted, 'golden sentiment': result(now) })).toEqual(falls);
});

test('what is no longer scored has fallen, unless it was left out', () => {
  const now = { 'golden sentiment': result(0.8) };
  expect(fallsOf(accepted, now)).toEqual([{ what: 'banking77 category', was: 0.9, is: undefined }]);
  expect(fallsOf(accepted, now, (what) => what.startsWith('banking77'))).toEqual([]);
});

test('what is new has nothing to fall from', () => {
  expect(fallsOf({}, accepted)).toEqual([]);
});

test('a result is what the scores say', () => {
  const verdicts = [
    { is: 'a', told: 'a' },
    { is: 'a', told: 'b' },
    { is: 'b', told: 'b' },
  ];
  expect(resultOf(scoresOf(verdicts, ['a', 'b', 'c']))).toEqual({
    macro_f1: 0.6667,
    accuracy: 0.6667,
    classes: {
      a: { precision: 1, recall: 0.5, f1: 0.6667, support: 2 },
      b: { precision: 0.5, recall: 1, f1: 0.6667, support: 1 },
    },
  });
});
