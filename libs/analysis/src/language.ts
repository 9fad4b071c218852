// Detects the language of a text. Most texts are English, which is recognised by its common words. For the others tinyld (MIT)
// is used in its light edition, because the full one takes 7 MB of memory.
import type { Tokens } from './tokens.ts';

/** Words that are common in English and do not exist in other frequent languages. */
const ENGLISH: ReadonlySet<string> = new Set(
  (
    'the and you your my our this that these those with what how when why where which who please are been have ' +
    'has had not can could would should will it its from but they their there does did dont doesnt didnt cant ' +
    'cannot isnt wont im ive id youre thats if about after before again still never always any anyone some ' +
    'someone just now up out off down over through without than then only even much more most other another ' +
    'every each one two three four five ten few both being were here him she them us me so very too really ' +
    'already yet once get got getting want wanted need needed help thanks thank thx hello hey order ordered ' +
    'account refund money back bank transfer card bill payment charged paid pay free phone number crash crashes ' +
    'cancel delivery subscription price customer good great nice love lovely awesome terrible bad wrong new old ' +
    'week weeks month months day days hour hours minutes today yesterday tomorrow tonight last first second next ' +
    'year years people everyone nobody nothing something time left sent received arrived bought used come came ' +
    'went going done make made add open close let see like wish while because since until works working broken ' +
    'missing waiting pending stuck instead question idea suggestion answer remove change update password code ' +
    'codes login log sign'
  ).split(' '),
);
/** A text is English if at least one word in six is in the list. */
const SHARE = 6;
/** With fewer words in Latin letters the language cannot be known: they may be a name or a code. */
const MIN_WORDS = 3;
/** The number of characters that is enough for detection. */
const SAMPLE = 300;
/** The smallest accuracy of a guess, and its smallest ratio to the accuracy of the next guess. */
const MIN_ACCURACY = 0.06;
const MIN_RATIO = 1.35;

type Detector = (text: string) => { lang: string; accuracy: number }[];

let detector: Promise<Detector> | undefined;

/** The language as ISO 639-1; undefined when the text is too short or too mixed. */
export async function languageOf(text: string, tokens: Tokens): Promise<string | undefined> {
  if (isEnglish(tokens)) return 'en';
  const sample = text.slice(0, SAMPLE);
  if (!/\p{L}/u.test(sample)) return undefined;
  if (wordsOf(tokens) < MIN_WORDS && /^[\p{Script=Latin}\P{L}]*$/u.test(sample)) return undefined;
  detector ??= import('tinyld/light').then(
    ({ detectAll }) =>
      (words) =>
        detectAll(words),
  );
  const [first, second] = (await detector)(sample);
  if (first === undefined || first.accuracy < MIN_ACCURACY) return undefined;
  return first.accuracy >= MIN_RATIO * (second?.accuracy ?? 0) ? first.lang : undefined;
}

/** Whether enough words are in the list of English words. */
export function isEnglish({ words }: Tokens): boolean {
  let known = 0;
  for (const word of words) {
    if (ENGLISH.has(word)) known += 1;
    if (known * SHARE >= words.length) return known > 0;
  }
  return false;
}

function wordsOf({ words }: Tokens): number {
  return words.filter((word) => word.length > 1 && !/\d/.test(word)).length;
}
