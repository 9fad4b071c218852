// The comparison that keeps the analyser from getting worse.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  describeRegression,
  type Regression,
  regressionsOf,
  type Results,
  readAccepted,
  resultOf,
} from './results.ts';
import { scoresOf } from './scores.ts';

const result = (macro_f1: number) => ({ macro_f1, accuracy: 0.9, classes: {} });
const accepted: Results = { 'golden sentiment': result(0.8), 'banking77 category': result(0.9) };

test.each([
  ['the same', 0.8, []],
  ['better', 0.95, []],
  ['a fall by exactly 0.02', 0.78, []],
  ['a fall by more', 0.7799, [{ what: 'golden sentiment', was: 0.8, is: 0.7799 }]],
])('%s', (_what, now, regressions) => {
  expect(regressionsOf(accepted, { ...accepted, 'golden sentiment': result(now) })).toEqual(regressions);
});

test('a result that is missing is a regression, unless it was left out', () => {
  const now = { 'golden sentiment': result(0.8) };
  expect(regressionsOf(accepted, now)).toEqual([{ what: 'banking77 category', was: 0.9, is: undefined }]);
  expect(regressionsOf(accepted, now, (what) => what.startsWith('banking77'))).toEqual([]);
});

test('a result without an accepted one is a regression, and the message says what to do', () => {
  const { 'golden sentiment': kept } = accepted as Record<'golden sentiment', Results[string]>;
  const [regression, ...more] = regressionsOf({ 'golden sentiment': kept }, accepted);
  expect(more).toEqual([]);
  expect(regression).toEqual({ what: 'banking77 category', was: undefined, is: 0.9 });
  expect(describeRegression(regression as Regression)).toMatch(
    /^banking77 category: libs\/analysis\/training\/results\.json .*--accept/,
  );
  expect(regressionsOf({}, accepted)).toHaveLength(2);
});

describe('the file of accepted results', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eval-'));
    file = join(folder, 'results.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is read as it was written; a missing file has no results', () => {
    expect(readAccepted(file)).toEqual({});
    writeFileSync(file, JSON.stringify(accepted));
    expect(readAccepted(file)).toEqual(accepted);
  });

  test.each([
    ['nothing', ''],
    ['half of it', '{ "golden sentiment": {'],
    ['a list', '[]'],
    ['a result without its figure', '{ "golden sentiment": { "accuracy": 0.9, "classes": {} } }'],
    [
      'a figure that is not a number',
      '{ "golden sentiment": { "macro_f1": "0.8", "accuracy": 0.9, "classes": {} } }',
    ],
  ])('is named in the error when it contains %s', (_what, text) => {
    writeFileSync(file, text);
    expect(() => readAccepted(file)).toThrow(`${file} cannot be compared with`);
  });
});

test('a result has the rounded scores', () => {
  const predictions = [
    { expected: 'a', predicted: 'a' },
    { expected: 'a', predicted: 'b' },
    { expected: 'b', predicted: 'b' },
  ];
  expect(resultOf(scoresOf(predictions, ['a', 'b', 'c']))).toEqual({
    macro_f1: 0.6667,
    accuracy: 0.6667,
    classes: {
      a: { precision: 1, recall: 0.5, f1: 0.6667, support: 2 },
      b: { precision: 0.5, recall: 1, f1: 0.6667, support: 1 },
    },
  });
});
