// Scores the sentiment of a text from the valences found in it. The calculation (negation, boosters, "but", capitals,
// exclamation marks, normalisation) is that of VADER (Hutto and Gilbert, 2014). The lexicon is our own.
import type { Sentiment } from '@switchboard/contracts';
import { BOOSTERS, NEGATORS } from './lexicon/valence.ts';
import type { Tokens } from './tokens.ts';

/** A phrase with a valence: the words from `start` up to, not including, `end`. */
export interface Feeling {
  readonly valence: number;
  /** The phrase expresses only a feeling and not its cause. */
  readonly mood: boolean;
  readonly start: number;
  readonly end: number;
}

const NEGATION = -0.74;
const SHOUT = 0.7;
const EXCLAMATION = 0.29;
const MAX_EXCLAMATIONS = 4;
const NORMAL = 15;
/** Scores closer to 0 are neutral. */
const THRESHOLD = 0.32;

/** The sentiment of a text, -1 to 1, two decimals. */
export function sentimentScore(tokens: Tokens, feelings: readonly Feeling[]): number {
  const but = tokens.words.lastIndexOf('but');
  let sum = 0;
  for (const feeling of feelings) {
    const weight = but === -1 ? 1 : feeling.start < but ? 0.5 : 1.5;
    sum += valenceInPlace(tokens, feeling) * weight;
  }
  if (sum === 0) return 0;
  const emphasis =
    Math.min(tokens.exclamations, MAX_EXCLAMATIONS) * EXCLAMATION + (tokens.allCaps ? SHOUT : 0);
  sum += sum > 0 ? emphasis : -emphasis;
  return Math.round((sum / Math.sqrt(sum * sum + NORMAL)) * 100) / 100;
}

/** The class of a score. */
export function sentimentOf(score: number): Sentiment {
  return score >= THRESHOLD ? 'positive' : score <= -THRESHOLD ? 'negative' : 'neutral';
}

/** Whether one of `words` is in the three words before `start`, in the same clause. "Can't believe" is not a negation. */
export function precededBy(tokens: Tokens, start: number, words: ReadonlySet<string>): boolean {
  for (let index = start - 1; index >= start - 3 && index >= 0; index -= 1) {
    if (tokens.clause[index] !== tokens.clause[start]) return false;
    if (words.has(tokens.words[index] as string) && tokens.words[index + 1] !== 'believe') return true;
  }
  return false;
}

function valenceInPlace(tokens: Tokens, { valence, start, end }: Feeling): number {
  let value = valence;
  const boost =
    tokens.clause[start - 1] === tokens.clause[start]
      ? BOOSTERS.get(tokens.words[start - 1] ?? '')
      : undefined;
  if (boost) value += value > 0 ? boost : -boost;
  if (!tokens.allCaps && tokens.shouted.has(end - 1)) value += value > 0 ? SHOUT : -SHOUT;
  return precededBy(tokens, start, NEGATORS) ? value * NEGATION : value;
}
