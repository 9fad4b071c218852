// The rule that keeps the analyser from getting worse.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fall, fallsOf, type Results, readAccepted, resultOf, sentenceOf } from './results.ts';
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

test('what was never accepted is not good by that, and is told with the way out', () => {
  const { 'golden sentiment': kept } = accepted as Record<'golden sentiment', Results[string]>;
  const [fall, ...more] = fallsOf({ 'golden sentiment': kept }, accepted);
  expect(more).toEqual([]);
  expect(fall).toEqual({ what: 'banking77 category', was: undefined, is: 0.9 });
  expect(sentenceOf(fall as Fall)).toMatch(
    /^banking77 category: libs\/analysis\/training\/results\.json .*--accept/,
  );
  expect(fallsOf({}, accepted)).toHaveLength(2);
});

describe('the file of accepted results', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eval-'));
    file = join(folder, 'results.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is read as it was written; none is no results', () => {
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
      'a figure that is none',
      '{ "golden sentiment": { "macro_f1": "0.8", "accuracy": 0.9, "classes": {} } }',
    ],
  ])('is named where it holds %s', (_what, text) => {
    writeFileSync(file, text);
    expect(() => readAccepted(file)).toThrow(`${file} cannot be compared with`);
  });
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
