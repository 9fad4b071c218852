// Grams: the features that come from words. Each word, each pair of adjacent words, and the stem of a longer word is one gram.
// A gram is only a 32-bit hash, so no text is joined, looked up or kept.
import type { Tokens } from '../tokens.ts';

/** FNV-1a, 32 bits: offset basis and prime of its authors. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** In place of the word before the first word of a sentence. */
const START = 1;
/** In place of every number. */
const NUMBER = 2;
/** Distinguishes a stem from the word with the same spelling. */
const STEM_MARK = 3;
/** Longer words are codes and are skipped. */
const MAX_WORD = 20;
const STEM = 5;

/** Calls `visit` with the hash (unsigned, 32 bits) of every word, pair and stem in `tokens`, repeated ones too. */
export function eachGram({ words, sentence }: Tokens, visit: (gram: number) => void): void {
  let before = START;
  for (let index = 0; index < words.length; index += 1) {
    if (index > 0 && sentence[index] !== sentence[index - 1]) before = START;
    const word = words[index] as string;
    if (word.length > MAX_WORD) continue;
    let hash = BASIS;
    let stem = 0;
    let digits = true;
    for (let at = 0; at < word.length; at += 1) {
      const code = word.charCodeAt(at);
      if (code < 48 || code > 57) digits = false;
      hash = Math.imul(hash ^ code, PRIME);
      if (at === STEM - 1) stem = hash;
    }
    if (digits) hash = NUMBER;
    visit(spread(hash));
    visit(spread(Math.imul(before, PRIME) ^ Math.imul(hash, BASIS)));
    if (word.length > STEM && !digits) visit(spread(stem ^ STEM_MARK));
    before = hash;
  }
}

/** Makes every bit depend on every other bit (the last step of MurmurHash3, public domain). */
function spread(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
