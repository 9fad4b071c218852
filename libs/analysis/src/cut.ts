// Cuts a text without halving personal data. Half an address or number would not be found when the text is masked later, and
// could still identify a person.
import { mergeSpans } from './mask/span.ts';
import { personalSpans } from './mask.ts';

/** A character between two words. Each character of a script without spaces counts as one. */
const BREAK =
  /[\s"<>{}|;\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
/** A word with a digit or an at sign may be a part of a longer number or address. */
const MAY_BE_PART = /[\p{Nd}@\uff20\ufe6b]/u;
/** A word between the groups of a number. */
const SEPARATOR = /^[().,/_+\p{Pd}]{1,4}$/u;
/** The longest address. Longer words without a digit may be halved. */
const LONGEST_WORD = 320;
const LONG_NUMBER = /\p{Nd}{7,}/gu;
/** The largest distance between a number and the word that says what it is. */
const CUE_WINDOW = 60;
/** The number of characters on each side of a cut in which personal data is searched. */
const WINDOW = 1_000;
/** The mask needs a country. Phone numbers of other countries are not halved either, because whole words are kept. */
const PHONE_COUNTRY = 'US';

/** The direction in which a cut is moved: to the beginning of the text (-1) or to its end (1). */
type Step = -1 | 1;

/** The first characters of `text`, at most `limit`; fewer if that would halve a word or personal data. */
export function beginningOf(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, safeCut(text, limit, -1));
}

/** The last characters of `text`, at most `limit`; fewer if that would halve a word or personal data. */
export function endingOf(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(safeCut(text, text.length - limit, 1));
}

function safeCut(text: string, at: number, step: Step): number {
  let cut = afterLinkedWords(text, afterHalvedWord(text, at, step), step);
  for (
    let number = afterNearbyNumber(text, cut, step);
    number !== undefined;
    number = afterNearbyNumber(text, cut, step)
  )
    cut = afterLinkedWords(text, number, step);
  return afterPersonalData(text, cut, step);
}

/** Moves the cut out of a word. */
function afterHalvedWord(text: string, at: number, step: Step): number {
  if (isBreak(next(text, at, step === 1 ? -1 : 1))) return at;
  const end = afterWord(text, at, step);
  const word = between(text, at, end);
  if (word.length <= LONGEST_WORD || MAY_BE_PART.test(word)) return end;
  return /[\udc00-\udfff]/.test(text[at] as string) ? at + step : at;
}

/** Moves the cut past all adjoining words that may be parts of one number or address. */
function afterLinkedWords(text: string, at: number, step: Step): number {
  for (let cut = at; ; ) {
    let start = cut;
    while (isBreak(next(text, start, step))) start += step;
    const end = afterWord(text, start, step);
    const word = between(text, start, end);
    if (!MAY_BE_PART.test(word) && !SEPARATOR.test(word)) return cut;
    cut = end;
  }
}

/** Moves the cut past a long number near it, because the word that says what the number is may be cut off. */
function afterNearbyNumber(text: string, at: number, step: Step): number | undefined {
  const from = step === 1 ? at : Math.max(0, at - CUE_WINDOW);
  const numbers = [...text.slice(from, from + CUE_WINDOW).matchAll(LONG_NUMBER)].filter(
    ({ index }) => step === 1 || from + index < at,
  );
  if (step === -1) return numbers[0] && afterWord(text, from + numbers[0].index, step);
  const last = numbers.at(-1);
  return last && afterWord(text, from + last.index + last[0].length, step);
}

/** Moves the cut past personal data that the mask finds in the text, and does not find completely in the kept part. */
function afterPersonalData(text: string, at: number, step: Step): number {
  const from = Math.max(0, at - WINDOW);
  const to = at + WINDOW;
  const found = spansWithin(text, from, to);
  for (let cut = at; ; ) {
    const kept = step === -1 ? spansWithin(text, from, cut) : spansWithin(text, cut, to);
    const lost = found.filter(
      ({ start, end }) =>
        (step === -1 ? start < cut : end > cut) &&
        !kept.some((span) => span.start <= start && span.end >= end),
    );
    if (lost.length === 0) return cut;
    cut = step === -1 ? Math.min(...lost.map(({ start }) => start)) : Math.max(...lost.map(({ end }) => end));
  }
}

function spansWithin(text: string, from: number, to: number) {
  const spans = mergeSpans(personalSpans(text.slice(from, to), PHONE_COUNTRY));
  return spans.map(({ start, end }) => ({ start: start + from, end: end + from }));
}

function afterWord(text: string, at: number, step: Step): number {
  let end = at;
  for (let unit = next(text, end, step); unit !== undefined && !isBreak(unit); unit = next(text, end, step))
    end += step;
  return end;
}

function next(text: string, at: number, step: Step): string | undefined {
  return text[step === 1 ? at : at - 1];
}

function isBreak(unit: string | undefined): boolean {
  return unit !== undefined && BREAK.test(unit);
}

function between(text: string, one: number, other: number): string {
  return text.slice(Math.min(one, other), Math.max(one, other));
}
