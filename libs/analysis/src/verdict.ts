// The classes of a text: by the classifier where it is in English, which is all that the classifier knows; else by
// the lexicon alone, which finds little there and so claims little.
import type { Category, Sentiment, Urgency } from '@switchboard/contracts';
import { judge } from './classifier/classifier.ts';
import type { ReadText } from './classifier/signs.ts';
import { categoriesOf, categoryOfMood, likelyCategories, urgencyOf } from './judgement.ts';
import { sentimentOf } from './sentiment.ts';

export interface Verdict {
  /** One to three, most fitting first. */
  readonly categories: Category[];
  readonly urgency: Urgency;
  readonly sentiment: Sentiment;
  /** -1 to 1, two digits. */
  readonly score: number;
}

/** Judges a text in `language` (ISO 639-1; undefined when it cannot be told: then it may be English). */
export function verdictOf(read: ReadText, language: string | undefined): Verdict {
  if (language === undefined || language === 'en') {
    const judged = judge(read);
    return { ...judged, categories: likelyCategories(judged.categories) };
  }
  const { found, feeling } = read;
  return {
    categories: categoriesOf(found.categories, categoryOfMood(feeling, found.intents)),
    urgency: urgencyOf(found.urgency),
    sentiment: sentimentOf(feeling),
    score: feeling,
  };
}
