// The classifier: three heads over the same features of a text, with the weights in weights.ts.
import {
  CATEGORIES,
  type Category,
  SENTIMENTS,
  type Sentiment,
  URGENCIES,
  type Urgency,
} from '@switchboard/contracts';
import { featuresOf } from './features.ts';
import { Head } from './head.ts';
import type { ReadText } from './signs.ts';
import { weights } from './weights.ts';

/** The result for a text. */
export interface Judged {
  /** Every category with its probability, most likely first. */
  readonly categories: ReadonlyArray<readonly [Category, number]>;
  readonly urgency: Urgency;
  readonly sentiment: Sentiment;
  /** -1 to 1, two decimals: the probability of `positive` minus the probability of `negative`. */
  readonly score: number;
}

const category = new Head(weights.category);
const urgency = new Head(weights.urgency);
const sentiment = new Head(weights.sentiment);

/** Classifies a text in English. */
export function judge(read: ReadText): Judged {
  const features = featuresOf(read);
  const feels = sentiment.probabilities(features);
  const probabilities = category.probabilities(features);
  return {
    categories: CATEGORIES.map((name, of) => [name, probabilities[of] as number] as const).sort(
      ([, a], [, b]) => b - a,
    ),
    urgency: likeliest(URGENCIES, urgency.probabilities(features)),
    sentiment: likeliest(SENTIMENTS, feels),
    score: Math.round(((feels[POSITIVE] as number) - (feels[NEGATIVE] as number)) * 100) / 100,
  };
}

const POSITIVE = SENTIMENTS.indexOf('positive');
const NEGATIVE = SENTIMENTS.indexOf('negative');

function likeliest<Name>(names: readonly [Name, ...Name[]], probabilities: Float64Array): Name {
  let best = 0;
  for (let of = 1; of < probabilities.length; of += 1)
    if ((probabilities[of] as number) > (probabilities[best] as number)) best = of;
  return names[best] ?? names[0];
}
