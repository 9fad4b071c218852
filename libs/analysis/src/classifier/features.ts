// A text as the classifier reads it.
import { eachGram } from './grams.ts';
import { eachSign, type ReadText } from './signs.ts';

/** Of one text, each once: places in `SIGNS`, and the numbers of its grams. */
export interface Features {
  readonly signs: readonly number[];
  readonly grams: readonly number[];
}

/** What the classifier reads of a text. */
export function featuresOf(read: ReadText): Features {
  const signs: number[] = [];
  const grams = new Set<number>();
  eachSign(read, (sign) => signs.push(sign));
  eachGram(read.tokens, (gram) => grams.add(gram));
  return { signs, grams: [...grams] };
}
