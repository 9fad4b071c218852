// Classifies a text. English goes to the classifier, which knows only English. Other languages go to the lexicon alone, which
// finds little in them, so the result is mostly general, neutral and low.
import type { Category, Sentiment, Urgency } from '@switchboard/contracts';
import { judge } from './classifier/classifier.ts';
import type { ReadText } from './classifier/signs.ts';
import { categoriesOf, categoryOfMood, likelyCategories, urgencyOf } from './judgement.ts';
import { sentimentOf } from './sentiment.ts';

export interface Classification {
  /** One to three, the best first. */
  readonly categories: Category[];
  readonly urgency: Urgency;
  readonly sentiment: Sentiment;
  /** -1 to 1, two decimals. */
  readonly score: number;
}

/** Classifies a text in `language` (ISO 639-1). Undefined means unknown, and the text is treated as English. */
export function classify(read: ReadText, language: string | undefined): Classification {
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
