// How well categories are told of banking77 questions that the classifier has not learned from: it is taught five times,
// each time without a fifth, and asked about that fifth.

import { CATEGORIES, type Category } from '@switchboard/contracts';
import { featuresOf, Head } from '../src/training.ts';
import type { Question } from './banking77.ts';
import { categoryHead } from './lessons.ts';
import { seeded, shuffled } from './random.ts';
import type { Verdict } from './scores.ts';
import type { LabelledText } from './training-texts.ts';

const FOLDS = 5;
const SEED = 77;

/** What was told of every question, each by a classifier that has learned from all the others' folds and from `own`. */
export function crossValidate(questions: readonly Question[], own: readonly LabelledText[]): Verdict[] {
  const order = shuffled(questions.length, seeded(SEED)).map((index) => questions[index] as Question);
  const verdicts: Verdict[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = order.filter((_, index) => index % FOLDS === fold);
    const known = new Set(held.map(({ text }) => text));
    // The same words may stand there twice: they would be learned by heart.
    const others = order.filter(({ text }, index) => index % FOLDS !== fold && !known.has(text));
    const head = new Head(categoryHead(own, others));
    for (const { text, category } of held) verdicts.push({ is: category, told: likeliest(head, text) });
  }
  return verdicts;
}

function likeliest(head: Head, text: string): Category {
  const chances = head.chances(featuresOf(text));
  return CATEGORIES[chances.indexOf(Math.max(...chances))] ?? 'general';
}

const MIN_GROUPS = 8;
const MAX_SHARE = 0.2;

export interface Group {
  readonly category: Category;
  readonly rows: number;
  readonly share: number;
}

/** The groups that the map makes of `questions`, largest first. Throws an Error for fewer than 8, or one over 20 %. */
export function groupsOf(questions: readonly Question[]): Group[] {
  const groups = CATEGORIES.map((category) => {
    const rows = questions.filter((question) => question.category === category).length;
    return { category, rows, share: rows / questions.length };
  })
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows);
  const [largest] = groups;
  if (groups.length < MIN_GROUPS)
    throw new Error(`banking77-map.json makes ${groups.length} groups, not ${MIN_GROUPS}`);
  if (largest && largest.share > MAX_SHARE)
    throw new Error(`banking77-map.json puts more than 20 % into ${largest.category}`);
  return groups;
}
