// The classifier that ships: three heads over the same reading of a text, with the weights of weights.ts.
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

/** What the classifier makes of a text. */
export interface Judged {
  /** Every category with its chance, most likely first. */
  readonly categories: ReadonlyArray<readonly [Category, number]>;
  readonly urgency: Urgency;
  readonly sentiment: Sentiment;
  /** -1 to 1, two digits: the chance that it is positive less the chance that it is negative. */
  readonly score: number;
}

const category = new Head(weights.category);
const urgency = new Head(weights.urgency);
const sentiment = new Head(weights.sentiment);

/** Judges a text in English. */
export function judge(read: ReadText): Judged {
  const features = featuresOf(read);
  const feels = sentiment.chances(features);
  const chances = category.chances(features);
  return {
    categories: CATEGORIES.map((name, of) => [name, chances[of] as number] as const).sort(
      ([, a], [, b]) => b - a,
    ),
    urgency: likeliest(URGENCIES, urgency.chances(features)),
    sentiment: likeliest(SENTIMENTS, feels),
    score: Math.round(((feels[POSITIVE] as number) - (feels[NEGATIVE] as number)) * 100) / 100,
  };
}

const POSITIVE = SENTIMENTS.indexOf('positive');
const NEGATIVE = SENTIMENTS.indexOf('negative');

function likeliest<Name>(names: readonly [Name, ...Name[]], chances: Float64Array): Name {
  let best = 0;
  for (let of = 1; of < chances.length; of += 1)
    if ((chances[of] as number) > (chances[best] as number)) best = of;
  return names[best] ?? names[0];
}
