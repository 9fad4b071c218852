// The present analyser is as good as the accepted results, and its weights are those that the trainer makes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES } from '@switchboard/contracts';
import { banking77File, readBanking77 } from './banking77.ts';
import { crossValidate, groupsOf } from './cross-validation.ts';
import { readGolden } from './golden.ts';
import { sentimentHead, urgencyHead, weightsOf } from './heads.ts';
import { acceptedFile, regressionsOf, readAccepted, resultOf } from './results.ts';
import { scoreGolden } from './score-golden.ts';
import { scoresOf } from './scores.ts';
import { trainingTexts } from './training-texts.ts';
import { moduleOf } from './weights-module.ts';

const accepted = readAccepted(acceptedFile);
const shipped = readFileSync(join(import.meta.dirname, '../src/classifier/weights.ts'), 'utf8');
const own = trainingTexts();
const file = banking77File(undefined, process.env);
const questions = file === undefined ? undefined : readBanking77(file);

test('the scores on the golden set have not become worse', async () => {
  const items = readGolden();
  expect(items.filter(({ kind }) => kind === 'message').length).toBeGreaterThanOrEqual(300);
  expect(items.filter(({ kind }) => kind === 'conversation').length).toBeGreaterThanOrEqual(60);
  const scores = await scoreGolden(items);
  const results = Object.fromEntries(
    scores.map(({ facet, scores }) => [`golden ${facet}`, resultOf(scores)]),
  );
  expect(regressionsOf(accepted, results, (what) => what.startsWith('banking77'))).toEqual([]);
});

test('no text of the golden set is a training text', () => {
  const training = new Set(own.map(({ text }) => text.toLowerCase()));
  const known = readGolden().filter(({ messages }) =>
    messages.some(({ text }) => training.has(text.toLowerCase())),
  );
  expect(known.map(({ id }) => id)).toEqual([]);
});

test.each([
  ['urgency', urgencyHead],
  ['sentiment', sentimentHead],
])('the weights for %s are those that the trainer makes', (_facet, head) => {
  const { scale, bias, signs, grams, weights } = head(own);
  for (const part of [`${scale}`, bias, signs, grams, weights]) expect(shipped.includes(part)).toBe(true);
});

// banking77 is not in the repository: these tests run only if BANKING77_CSV names the file.
if (questions !== undefined) {
  test('the weights are, byte by byte, those that the trainer makes', () => {
    expect(shipped === moduleOf(weightsOf(own, questions))).toBe(true);
  });

  test('the scores on banking77 have not become worse', () => {
    expect(groupsOf(questions).length).toBeGreaterThanOrEqual(8);
    const result = resultOf(scoresOf(crossValidate(questions, own), CATEGORIES));
    expect(regressionsOf(accepted, { ...accepted, 'banking77 category': result })).toEqual([]);
  });
}
