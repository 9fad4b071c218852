// Signs: the binary features of a text beside its words. They come from the lexicon, punctuation and length.
import { CATEGORIES, INTENTS } from '@switchboard/contracts';
import type { Findings } from '../findings.ts';
import { NEEDS } from '../lexicon/needs.ts';
import type { Tokens } from '../tokens.ts';

/** A text with the results of the earlier steps. */
export interface ReadText {
  readonly text: string;
  readonly tokens: Tokens;
  readonly found: Findings;
  /** The sentiment by the lexicon, -1 to 1. */
  readonly feeling: number;
}

const TESTS: Readonly<Record<string, (read: ReadText) => boolean>> = {
  'feeling<=-0.6': ({ feeling }) => feeling <= -0.6,
  'feeling<=-0.3': ({ feeling }) => feeling <= -0.3,
  'feeling<0': ({ feeling }) => feeling < 0,
  'feeling=0': ({ feeling }) => feeling === 0,
  'feeling>0': ({ feeling }) => feeling > 0,
  'feeling>=0.3': ({ feeling }) => feeling >= 0.3,
  'feeling>=0.6': ({ feeling }) => feeling >= 0.6,
  'ends-bad': ({ found }) => (found.feelings.at(-1)?.valence ?? 0) < 0,
  'ends-good': ({ found }) => (found.feelings.at(-1)?.valence ?? 0) > 0,
  mixed: ({ found }) =>
    found.feelings.some(({ valence }) => valence < 0) && found.feelings.some(({ valence }) => valence > 0),
  'presses<0': ({ found }) => found.urgency < 0,
  'presses>0': ({ found }) => found.urgency > 0,
  'presses>=1.5': ({ found }) => found.urgency >= 1.5,
  'presses>=3': ({ found }) => found.urgency >= 3,
  'presses>=5': ({ found }) => found.urgency >= 5,
  buys: ({ found }) => found.buying.size > 0,
  'question-mark': ({ text }) => text.includes('?'),
  'question-marks': ({ text }) => text.includes('??'),
  'exclamation-mark': ({ tokens }) => tokens.exclamations > 0,
  'exclamation-marks': ({ tokens }) => tokens.exclamations > 1,
  shouts: ({ tokens }) => tokens.shouted.size > 0,
  'all-capitals': ({ tokens }) => tokens.allCaps,
  digit: ({ text }) => /\d/.test(text),
  currency: ({ text }) => /[$€£]/.test(text),
  dots: ({ text }) => text.includes('...') || text.includes('…'),
  'words<=3': ({ tokens }) => tokens.words.length <= 3,
  'words<=6': ({ tokens }) => tokens.words.length <= 6,
  'words>20': ({ tokens }) => tokens.words.length > 20,
  'words>40': ({ tokens }) => tokens.words.length > 40,
  'sentences>1': ({ tokens }) => (tokens.sentence.at(-1) ?? 0) > 0,
};
const tests = Object.entries(TESTS);

/** For each category there is a sign for each of these weights: the weight in the text is at least this. */
const STEPS = [1, 2, 3, 5, 8];

/** The names of the signs, in the order of their rows in the weights. */
export const SIGNS: readonly string[] = [
  ...tests.map(([name]) => name),
  ...NEEDS.map((need) => `need-${need}`),
  ...INTENTS.map((intent) => `intent-${intent}`),
  ...CATEGORIES.flatMap((category) => [...STEPS.map((step) => `${category}>=${step}`), `${category} first`]),
];

const FIRST_NEED = tests.length;
const FIRST_INTENT = FIRST_NEED + NEEDS.length;
const FIRST_CATEGORY = FIRST_INTENT + INTENTS.length;
const OF_CATEGORY = STEPS.length + 1;

/** Calls `visit` with the index in `SIGNS` of every sign of the text. */
export function eachSign(read: ReadText, visit: (sign: number) => void): void {
  for (let sign = 0; sign < tests.length; sign += 1) if (tests[sign]?.[1](read)) visit(sign);
  for (const need of read.found.needs) visit(FIRST_NEED + NEEDS.indexOf(need));
  for (const intent of read.found.intents.keys()) visit(FIRST_INTENT + INTENTS.indexOf(intent));
  let most = 0;
  for (const weight of read.found.categories.values()) most = Math.max(most, weight);
  for (const [category, weight] of read.found.categories) {
    const first = FIRST_CATEGORY + CATEGORIES.indexOf(category) * OF_CATEGORY;
    for (let step = 0; step < STEPS.length && weight >= (STEPS[step] as number); step += 1)
      visit(first + step);
    if (weight === most) visit(first + STEPS.length);
  }
}
