// Five-fold cross-validation of categories on banking77: five classifiers are trained, each without one fifth of the questions,
// and each is scored on that fifth.
import { CATEGORIES, type Category } from '@switchboard/contracts';
import { featuresOf, Head } from '../src/training.ts';
import type { Question } from './banking77.ts';
import { categoryHead } from './heads.ts';
import { seeded, shuffled } from './random.ts';
import type { Prediction } from './scores.ts';
import type { LabelledText } from './training-texts.ts';

const FOLDS = 5;
const SEED = 77;

/** A prediction for each question, by a classifier that was trained on the other folds and on `own`. */
export function crossValidate(questions: readonly Question[], own: readonly LabelledText[]): Prediction[] {
  const order = shuffled(questions.length, seeded(SEED)).map((index) => questions[index] as Question);
  const predictions: Prediction[] = [];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const held = order.filter((_, index) => index % FOLDS === fold);
    const known = new Set(held.map(({ text }) => text));
    // The data set contains some texts twice. They must not be in the training part too.
    const others = order.filter(({ text }, index) => index % FOLDS !== fold && !known.has(text));
    const head = new Head(categoryHead(own, others));
    for (const { text, category } of held)
      predictions.push({ expected: category, predicted: likeliest(head, text) });
  }
  return predictions;
}

function likeliest(head: Head, text: string): Category {
  const probabilities = head.probabilities(featuresOf(text));
  return CATEGORIES[probabilities.indexOf(Math.max(...probabilities))] ?? 'general';
}

const MIN_GROUPS = 8;
const MAX_SHARE = 0.2;

export interface Group {
  readonly category: Category;
  readonly rows: number;
  readonly share: number;
}

/** The number of questions by category, largest first. Throws an Error for fewer than 8 categories, or one over 20 %. */
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
