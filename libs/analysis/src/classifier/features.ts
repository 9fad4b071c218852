// The features of a text that the classifier uses.
import { eachGram } from './grams.ts';
import { eachSign, type ReadText } from './signs.ts';

/** Each feature once: signs as indexes in `SIGNS`, and grams as their hashes. */
export interface Features {
  readonly signs: readonly number[];
  readonly grams: readonly number[];
}

/** The features of a text. */
export function featuresOf(read: ReadText): Features {
  const signs: number[] = [];
  const grams = new Set<number>();
  eachSign(read, (sign) => signs.push(sign));
  eachGram(read.tokens, (gram) => grams.add(gram));
  return { signs, grams: [...grams] };
}
