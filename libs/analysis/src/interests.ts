// Finds the products that a customer is interested in: those in a sentence with a question or a hint at a purchase, and without
// a complaint.
import type { Findings } from './findings.ts';
import type { Tokens } from './tokens.ts';
import type { Mentions } from './vocabulary.ts';

/** First words of questions. */
const ASKS: ReadonlySet<string> = new Set(
  'does do is are can could how what which who where when will would'.split(' '),
);
const CURIOUS: ReadonlySet<string> = new Set('interested curious considering interests'.split(' '));

/** The products of interest, spelled as configured. */
export function interestsOf({ products, sentences }: Mentions, tokens: Tokens, found: Findings): string[] {
  if (products.length === 0) return [];
  const hurting = new Set<number>();
  for (const { valence, start } of found.feelings) {
    if (valence < 0) hurting.add(tokens.sentence[start] as number);
  }
  const asking = new Set<number>();
  tokens.words.forEach((word, index) => {
    const begins = tokens.sentence[index] !== tokens.sentence[index - 1];
    if (CURIOUS.has(word) || (begins && ASKS.has(word))) asking.add(tokens.sentence[index] as number);
  });
  const interesting = (sentence: number) =>
    !hurting.has(sentence) && (found.buyingSentences.has(sentence) || asking.has(sentence));
  return products.filter((product) => [...(sentences.get(product) ?? [])].some(interesting));
}
