// What each head of the classifier is taught, and how.

import { CATEGORIES, SENTIMENTS, URGENCIES } from '@switchboard/contracts';
import { featuresOf, SIGNS, type StoredHead, type StoredWeights } from '../src/training.ts';
import type { Question } from './banking77.ts';
import { talksOf } from './talks.ts';
import { type Example, type Teaching, teach } from './teach.ts';
import type { LabelledText } from './training-texts.ts';

const LEARNING = { epochs: 12, rate: 0.1, decay: 1e-3, seed: 1 };
const CATEGORY: Teaching = { ...LEARNING, keep: 8_000 };
const URGENCY: Teaching = { ...LEARNING, keep: 4_000 };
const SENTIMENT: Teaching = { ...LEARNING, keep: 4_000 };
/** A text of our own counts as so many of banking77: those are many, and all of one trade. */
const OWN = 8;

/** How much more a text of a rare urgency counts: 0 no more, 1 as much as there are fewer of it. */
const RARITY = 0.5;

/** The head for categories, of our own texts and questions of banking77. */
export function categoryHead(own: readonly LabelledText[], questions: readonly Question[]): StoredHead {
  const examples = [
    ...examplesOf(own, CATEGORIES, ({ category }) => category).map((one) => ({
      ...one,
      weight: one.weight * OWN,
    })),
    ...questions.map(({ text, category }) => example(text, CATEGORIES.indexOf(category), 1)),
  ];
  return teach(examples, CATEGORIES.length, CATEGORY);
}

/** The head for urgency. */
export function urgencyHead(own: readonly LabelledText[]): StoredHead {
  const share = sharesOf(own, ({ urgency }) => urgency);
  const examples = examplesOf(own, URGENCIES, ({ urgency }) => urgency).map((one) => ({
    ...one,
    weight: one.weight / share(URGENCIES[one.label] ?? '') ** RARITY,
  }));
  return teach(examples, URGENCIES.length, URGENCY);
}

/** The head for sentiment. */
export function sentimentHead(own: readonly LabelledText[]): StoredHead {
  return teach(
    examplesOf(own, SENTIMENTS, ({ sentiment }) => sentiment),
    SENTIMENTS.length,
    SENTIMENT,
  );
}

type LabelOf = (text: LabelledText) => string;

/** Our own texts and talks made of them. More messages show more feeling and need: that is no sign, so talks weigh as single texts do. */
function examplesOf(own: readonly LabelledText[], names: readonly string[], labelOf: LabelOf): Example[] {
  const talks = talksOf(own);
  const inTexts = sharesOf(own, labelOf);
  const inTalks = sharesOf(talks, labelOf);
  const learned = (text: LabelledText, weight: number) =>
    example(text.text, names.indexOf(labelOf(text)), weight);
  return [
    ...own.map((text) => learned(text, 1)),
    ...talks.map((talk) => learned(talk, inTexts(labelOf(talk)) / inTalks(labelOf(talk)))),
  ];
}

/** The share of each label. */
function sharesOf(texts: readonly LabelledText[], labelOf: LabelOf): (label: string) => number {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(labelOf(text), (counts.get(labelOf(text)) ?? 0) + 1);
  return (label) => (counts.get(label) ?? 0) / texts.length;
}

/** All that ships. */
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
