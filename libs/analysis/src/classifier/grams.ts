// What the classifier reads of the words: each word, each pair of neighbours, and the stem of a longer word. Each is known
// by a number of 32 bits alone: no text is joined, looked up or kept.
import type { Tokens } from '../tokens.ts';

/** FNV-1a, 32 bits: offset basis and prime of its authors. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
/** Stands before the first word of a sentence. */
const START = 1;
/** Stands for every number. */
const NUMBER = 2;
/** Makes a stem another thing than the word that is spelled like it. */
const CUT = 3;
/** Longer "words" are codes and noise. */
const MAX_WORD = 20;
const STEM = 5;

/** Tells `visit` the number (unsigned, 32 bits) of every word, pair and stem of `tokens`, as often as it stands there. */
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
    if (word.length > STEM && !digits) visit(spread(stem ^ CUT));
    before = hash;
  }
}

/** Makes every bit depend on every other (the last step of MurmurHash3, public domain). */
function spread(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
