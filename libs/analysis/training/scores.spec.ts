// Precision, recall, F1 and Cohen's kappa.
import { agreementOf, scoresOf } from './scores.ts';

test('precision, recall and F1 by class; a class without texts does not count', () => {
  const predictions = ['aa', 'aa', 'ab', 'bb', 'bc'].map(([expected = '', predicted = '']) => ({
    expected,
    predicted,
  }));
  const { classes, macroF1, accuracy } = scoresOf(predictions, ['a', 'b', 'c']);
  expect(classes).toEqual([
    { name: 'a', precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
    { name: 'b', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
  ]);
  expect(macroF1).toBeCloseTo(0.65);
  expect(accuracy).toBe(0.6);
});

test.each([
  ['all equal', ['aa', 'bb'], 1, 1],
  ['as often as by chance', ['aa', 'ab', 'ba', 'bb'], 0.5, 0],
  // Calculated by hand: 0.7 agree, and 0.5 * 0.6 + 0.5 * 0.4 would agree by chance.
  ['in between', ['aa', 'aa', 'aa', 'aa', 'ab', 'ba', 'ba', 'bb', 'bb', 'bb'], 0.7, 0.4],
  ['only one label', ['aa', 'aa'], 1, 1],
])('agreement: %s', (_what, pairs, share, kappa) => {
  const agreement = agreementOf(pairs.map(([a = '', b = '']) => [a, b] as const));
  expect(agreement.share).toBeCloseTo(share);
  expect(agreement.kappa).toBeCloseTo(kappa);
});
