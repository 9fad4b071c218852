// Finds many phrases in one pass. A phrase consists of words. `a|b` are alternatives, `~` stands for the regular inflections of
// a word ("charge~": charge, charges, charged, charging), `#` for a number, and `..` for up to four words in between. In a
// list, phrases are separated by commas or line ends.
import type { Tokens } from './tokens.ts';

/** The largest number of words that `..` stands for. */
const GAP = 4;
const NUMBER = /^\d+$/;
const PLAIN = /^[^|~]+$/;

/** A node of the trie. Most nodes are leaves, so absent parts take no memory. */
interface Node<Effect> {
  next: Map<string, Node<Effect>> | undefined;
  /** The node that may follow after up to `GAP` words. */
  gap: Node<Effect> | undefined;
  effects: readonly Effect[];
}

const NOTHING: readonly never[] = [];

/** Called for each phrase found, with its effects, its first word and the word after its last one. */
export type OnPhrase<Effect> = (effects: readonly Effect[], start: number, end: number) => void;

/** A set of phrases, each with effects that the caller defines. */
export class PhraseBook<Effect> {
  readonly #root: Node<Effect> = node();

  /** Adds a list of phrases with one effect. A phrase that is in the set already gets this effect too. */
  add(phrases: string, effect: Effect): void {
    for (const phrase of phrases.split(/[,\n]/)) this.#add(phrase.trim(), effect);
  }

  #add(phrase: string, effect: Effect): void {
    let ends = [this.#root];
    for (const slot of phrase.split(/ +/)) {
      const next: Node<Effect>[] = [];
      const words = slot === '..' ? undefined : wordsOf(slot);
      for (const end of ends) {
        if (words === undefined) next.push((end.gap ??= node()));
        else for (const word of words) next.push(child(end, word));
      }
      ends = next;
    }
    const alone = [effect];
    for (const end of ends) {
      if (end.effects === NOTHING) end.effects = alone;
      else if (!end.effects.includes(effect)) end.effects = [...end.effects, effect];
    }
  }

  /** Reports every phrase in `tokens`, ordered by its start; of the same start, shorter ones first. */
  scan(tokens: Tokens, onPhrase: OnPhrase<Effect>): void {
    for (let start = 0; start < tokens.words.length; start += 1) {
      const first = step(this.#root, tokens.words[start]);
      if (first) follow(first, tokens, start, start + 1, onPhrase);
    }
  }
}

function follow<Effect>(
  at: Node<Effect>,
  tokens: Tokens,
  start: number,
  index: number,
  onPhrase: OnPhrase<Effect>,
) {
  if (at.effects.length > 0) onPhrase(at.effects, start, index);
  const { words, sentence } = tokens;
  if (index < words.length && sentence[index] === sentence[start] && at.next) {
    const next = step(at, words[index]);
    if (next) follow(next, tokens, start, index + 1, onPhrase);
  }
  if (!at.gap) return;
  for (let skip = index; skip <= index + GAP && skip < words.length; skip += 1) {
    if (sentence[skip] !== sentence[start]) return;
    const next = step(at.gap, words[skip]);
    if (next) return follow(next, tokens, start, skip + 1, onPhrase);
  }
}

function step<Effect>(from: Node<Effect>, word = ''): Node<Effect> | undefined {
  return from.next?.get(word) ?? (NUMBER.test(word) ? from.next?.get('#') : undefined);
}

function node<Effect>(): Node<Effect> {
  return { next: undefined, gap: undefined, effects: NOTHING };
}

function child<Effect>(of: Node<Effect>, word: string): Node<Effect> {
  of.next ??= new Map();
  let next = of.next.get(word);
  if (!next) of.next.set(word, (next = node()));
  return next;
}

/** The words of one slot. */
function wordsOf(slot: string): readonly string[] {
  if (PLAIN.test(slot)) return [slot];
  return [
    ...new Set(
      slot.split('|').flatMap((word) => (word.endsWith('~') ? inflections(word.slice(0, -1)) : [word])),
    ),
  ];
}

function inflections(word: string): string[] {
  if (/[^aeiou]y$/.test(word)) {
    const stem = word.slice(0, -1);
    return [word, `${stem}ies`, `${stem}ied`, `${word}ing`];
  }
  if (word.endsWith('e')) return [word, `${word}s`, `${word}d`, `${word.slice(0, -1)}ing`];
  const plain = [word, `${word}${/(?:[sxz]|ch|sh)$/.test(word) ? 'es' : 's'}`, `${word}ed`, `${word}ing`];
  const doubled = /[^aeiou][aeiou][bdglmnprt]$/.test(word) ? word + word.at(-1) : undefined;
  return doubled ? [...plain, `${doubled}ed`, `${doubled}ing`] : plain;
}
