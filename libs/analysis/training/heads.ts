// Trains each head of the classifier with its own examples and parameters.
import { CATEGORIES, SENTIMENTS, URGENCIES } from '@switchboard/contracts';
import { featuresOf, SIGNS, type StoredHead, type StoredWeights } from '../src/training.ts';
import type { Question } from './banking77.ts';
import { joinedTexts } from './joined-texts.ts';
import { type Example, type HeadTraining, trainHead } from './train-head.ts';
import type { LabelledText } from './training-texts.ts';

const COMMON = { epochs: 12, rate: 0.1, decay: 1e-3, seed: 1 };
const CATEGORY: HeadTraining = { ...COMMON, keep: 8_000 };
const URGENCY: HeadTraining = { ...COMMON, keep: 4_000 };
const SENTIMENT: HeadTraining = { ...COMMON, keep: 4_000 };
/** The weight of our own texts. banking77 has a weight of 1, because it has more texts, and all from one industry. */
const OWN_WEIGHT = 8;

/** How much a rare urgency is preferred: 0 is not at all, 1 gives every urgency the same total weight. */
const RARITY = 0.5;

/** The head for categories, from our own texts and the questions of banking77. */
export function categoryHead(own: readonly LabelledText[], questions: readonly Question[]): StoredHead {
  const examples = [
    ...examplesOf(own, CATEGORIES, ({ category }) => category).map((one) => ({
      ...one,
      weight: one.weight * OWN_WEIGHT,
    })),
    ...questions.map(({ text, category }) => example(text, CATEGORIES.indexOf(category), 1)),
  ];
  return trainHead(examples, CATEGORIES.length, CATEGORY);
}

/** The head for urgency. */
export function urgencyHead(own: readonly LabelledText[]): StoredHead {
  const share = sharesOf(own, ({ urgency }) => urgency);
  const examples = examplesOf(own, URGENCIES, ({ urgency }) => urgency).map((one) => ({
    ...one,
    weight: one.weight / share(URGENCIES[one.label] ?? '') ** RARITY,
  }));
  return trainHead(examples, URGENCIES.length, URGENCY);
}

/** The head for sentiment. */
export function sentimentHead(own: readonly LabelledText[]): StoredHead {
  return trainHead(
    examplesOf(own, SENTIMENTS, ({ sentiment }) => sentiment),
    SENTIMENTS.length,
    SENTIMENT,
  );
}

type LabelOf = (text: LabelledText) => string;

/**
 * Examples from our own texts and from joined texts. Joined texts contain more feeling and urgency only because they are
 * longer, so they are weighted to have the same shares of labels as the single texts.
 */
function examplesOf(own: readonly LabelledText[], names: readonly string[], labelOf: LabelOf): Example[] {
  const joined = joinedTexts(own);
  const inTexts = sharesOf(own, labelOf);
  const inJoined = sharesOf(joined, labelOf);
  const exampleOf = (text: LabelledText, weight: number) =>
    example(text.text, names.indexOf(labelOf(text)), weight);
  return [
    ...own.map((text) => exampleOf(text, 1)),
    ...joined.map((text) => exampleOf(text, inTexts(labelOf(text)) / inJoined(labelOf(text)))),
  ];
}

/** The share of each label. */
function sharesOf(texts: readonly LabelledText[], labelOf: LabelOf): (label: string) => number {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(labelOf(text), (counts.get(labelOf(text)) ?? 0) + 1);
  return (label) => (counts.get(label) ?? 0) / texts.length;
}

/** All weights of the classifier. */
export function weightsOf(own: readonly LabelledText[], questions: readonly Question[]): StoredWeights {
  return {
    signs: SIGNS.join(','),
    category: categoryHead(own, questions),
    urgency: urgencyHead(own),
    sentiment: sentimentHead(own),
  };
}

function example(text: string, label: number, weight: number): Example {
  return { features: featuresOf(text), label, weight };
}
