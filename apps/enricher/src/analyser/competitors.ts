// Mentions of names from a configured list, as whole words in any case.
import { PhraseBook } from './phrases.ts';
import { type Tokens, tokenise } from './tokens.ts';

const MAX_MENTIONS = 10;

/** A finder of `names`; answers each once, spelled as configured. */
export function mentionsOf(names: readonly string[]): (tokens: Tokens) => string[] {
  const book = new PhraseBook<string>();
  for (const name of names) {
    const { words } = tokenise(name);
    if (words.length > 0) book.add(words.join(' '), name);
  }
  return (tokens) => {
    const found = new Set<string>();
    book.scan(tokens, ([name = '']) => found.add(name));
    return [...found].slice(0, MAX_MENTIONS);
  };
}
