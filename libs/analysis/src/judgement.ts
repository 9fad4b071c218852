// From what was found to classes: category, intent, urgency, complexity, priority.
import {
  type Category,
  type Complexity,
  conversationEscalated,
  type Intent,
  leadQualified,
  PRIORITIES,
  type Priority,
  type Sentiment,
  type Urgency,
} from '@switchboard/contracts';

const MAX_CATEGORIES = 3;
/** Less than this is no category but a word that happened to be there. */
const MIN_CATEGORY = 2;
/** A category stands beside the strongest one with at least this share of its weight or chance. */
const BESIDE = 0.6;
const PRAISE = 0.5;
const ANGER = -0.45;
const MIN_INTENT = 1;
/** A lead scored above this is wanted by sales at once. */
const HOT_LEAD = 75;

/** The likeliest of `chances` (most likely first) and those nearly as likely; `general` stands alone. */
export function likelyCategories(chances: ReadonlyArray<readonly [Category, number]>): Category[] {
  const [top, most] = chances[0] ?? ['general', 1];
  if (top === 'general') return [top];
  return chances
    .filter(([category, chance]) => category !== 'general' && chance >= most * BESIDE)
    .slice(0, MAX_CATEGORIES)
    .map(([category]) => category);
}

/** Categories by weight, strongest first; `otherwise` alone when none is strong enough. */
export function categoriesOf(weights: ReadonlyMap<Category, number>, otherwise: Category): Category[] {
  const sorted = [...weights].sort(([, a], [, b]) => b - a);
  const top = sorted[0]?.[1] ?? 0;
  if (top < MIN_CATEGORY) return [otherwise];
  return sorted
    .filter(([, weight]) => weight >= MIN_CATEGORY && weight >= top * BESIDE)
    .slice(0, MAX_CATEGORIES)
    .map(([category]) => category);
}

/** Category of a text without a subject: strong feeling alone is praise or complaint, thanks are neither. */
export function categoryOfMood(feeling: number, intents: ReadonlyMap<Intent, number>): Category {
  if (feeling <= ANGER) return 'complaint';
  return feeling >= PRAISE && !intents.has('give_thanks') ? 'feedback' : 'general';
}

/** The strongest wish; a question without one is a question. */
export function intentOf(weights: ReadonlyMap<Intent, number>, asks: boolean): Intent | undefined {
  let best: Intent | undefined;
  let top = MIN_INTENT - 0.01;
  for (const [intent, weight] of weights) {
    if (weight > top) [best, top] = [intent, weight];
  }
  return asks && (best === undefined || best === 'greet') ? 'ask_question' : best;
}

/** Class of the summed urgency weights. */
export function urgencyOf(weight: number): Urgency {
  return weight >= 5 ? 'critical' : weight >= 3 ? 'high' : weight >= 1.5 ? 'medium' : 'low';
}

/** How much there is to untangle. */
export function complexityOf(words: number, questions: number, categories: number): Complexity {
  if (words > 150 || questions > 3 || categories > 2) return 'high';
  return words > 50 || questions > 1 || categories > 1 ? 'medium' : 'low';
}

/** Priority of an event of `type`: what the words say, raised by an escalation, the sender's own word or a hot lead. */
export function priorityOf(
  type: string,
  data: Readonly<Record<string, unknown>>,
  words?: { urgency: Urgency; sentiment: Sentiment; intent: Intent | undefined },
): Priority {
  let rank = words ? rankOf(words.urgency, words.sentiment, words.intent) : 1;
  if (type === conversationEscalated.type) rank = Math.max(rank, 2);
  if (type === leadQualified.type && Number(data['qualification_score']) > HOT_LEAD) rank = Math.max(rank, 2);
  rank = Math.max(rank, PRIORITIES.indexOf(data['priority'] as Priority));
  return PRIORITIES[rank] ?? 'normal';
}

function rankOf(urgency: Urgency, sentiment: Sentiment, intent: Intent | undefined): number {
  if (urgency === 'critical') return 3;
  if (urgency === 'high' || (urgency === 'medium' && sentiment === 'negative')) return 2;
  const idle = intent === 'give_thanks' || intent === 'give_feedback' || intent === 'greet';
  return urgency === 'low' && sentiment !== 'negative' && idle ? 0 : 1;
}
