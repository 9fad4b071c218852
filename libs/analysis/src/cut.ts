// Cuts a text so that nothing personal is halved: half an address or number is not recognised when the text is masked later,
// and still tells whose it is.
import { inOrder } from './mask/span.ts';
import { personalSpans } from './mask.ts';

/** Between two words. Scripts that are written without blanks have no words to halve. */
const BREAK =
  /[\s"<>{}|;\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
/** A word with a digit or an at sign may be a part of something longer. */
const TELLING = /[\p{Nd}@\uff20\ufe6b]/u;
/** What may stand between the groups of a number. */
const JOINING = /^[().,/_+\p{Pd}]{1,4}$/u;
/** No address is longer: longer words without a digit may be halved. */
const LONGEST_WORD = 320;
const LONG_NUMBER = /\p{Nd}{7,}/gu;
/** So far away may a word be that says what a number is. */
const CUE_WINDOW = 60;
/** What is looked at on either side of a cut. */
const WINDOW = 1_000;
/** Which numbers are halved does not depend on it: that is for whole words to prevent. */
const PHONE_COUNTRY = 'US';

/** Where a cut moves to: towards the beginning of the text or its end. */
type Step = -1 | 1;

/** The first characters of `text`, `limit` at most; fewer where that would halve a word or personal data. */
export function beginningOf(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, safeCut(text, limit, -1));
}

/** The last characters of `text`, `limit` at most; fewer where that would halve a word or personal data. */
export function endingOf(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(safeCut(text, text.length - limit, 1));
}

function safeCut(text: string, at: number, step: Step): number {
  let cut = beyondTelling(text, beyondHalf(text, at, step), step);
  for (let number = numberNear(text, cut, step); number !== undefined; number = numberNear(text, cut, step))
    cut = beyondTelling(text, number, step);
  return beyondPersonal(text, cut, step);
}

/** Past the word that `at` halves. */
function beyondHalf(text: string, at: number, step: Step): number {
  if (isBreak(next(text, at, step === 1 ? -1 : 1))) return at;
  const end = beyondWord(text, at, step);
  const word = between(text, at, end);
  if (word.length <= LONGEST_WORD || TELLING.test(word)) return end;
  return /[\udc00-\udfff]/.test(text[at] as string) ? at + step : at;
}

/** Past all words next to the cut that may be a part of something longer. */
function beyondTelling(text: string, at: number, step: Step): number {
  for (let cut = at; ; ) {
    let start = cut;
    while (isBreak(next(text, start, step))) start += step;
    const end = beyondWord(text, start, step);
    const word = between(text, start, end);
    if (!TELLING.test(word) && !JOINING.test(word)) return cut;
    cut = end;
  }
}

/** Past a long number so near to the cut that the word which says what it is may be gone. */
function numberNear(text: string, at: number, step: Step): number | undefined {
  const from = step === 1 ? at : Math.max(0, at - CUE_WINDOW);
  const numbers = [...text.slice(from, from + CUE_WINDOW).matchAll(LONG_NUMBER)].filter(
    ({ index }) => step === 1 || from + index < at,
  );
  if (step === -1) return numbers[0] && beyondWord(text, from + numbers[0].index, step);
  const last = numbers.at(-1);
  return last && beyondWord(text, from + last.index + last[0].length, step);
}

/** Past what the mask finds in the text and would not find, or not wholly, in what is kept of it. */
function beyondPersonal(text: string, at: number, step: Step): number {
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
  const spans = inOrder(personalSpans(text.slice(from, to), PHONE_COUNTRY));
  return spans.map(({ start, end }) => ({ start: start + from, end: end + from }));
}

function beyondWord(text: string, at: number, step: Step): number {
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
