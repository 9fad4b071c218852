// Rules that turn weights and probabilities into classes: category, intent, urgency, complexity, priority.
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
/** The smallest weight of a category. A smaller one may come from a single word by chance. */
const MIN_CATEGORY = 2;
/** Further categories need at least this share of the first one's weight or probability. */
const MIN_SHARE = 0.6;
const PRAISE = 0.5;
const ANGER = -0.45;
const MIN_INTENT = 1;
/** A lead with a higher score has high priority. */
const HOT_LEAD = 75;

/** The first of `probabilities` (most likely first) and those nearly as likely. `general` is returned only alone. */
export function likelyCategories(probabilities: ReadonlyArray<readonly [Category, number]>): Category[] {
  const [top, most] = probabilities[0] ?? ['general', 1];
  if (top === 'general') return [top];
  return probabilities
    .filter(([category, probability]) => category !== 'general' && probability >= most * MIN_SHARE)
    .slice(0, MAX_CATEGORIES)
    .map(([category]) => category);
}

/** The categories by weight, strongest first; only `otherwise` when none is strong enough. */
export function categoriesOf(weights: ReadonlyMap<Category, number>, otherwise: Category): Category[] {
  const sorted = [...weights].sort(([, a], [, b]) => b - a);
  const top = sorted[0]?.[1] ?? 0;
  if (top < MIN_CATEGORY) return [otherwise];
  return sorted
    .filter(([, weight]) => weight >= MIN_CATEGORY && weight >= top * MIN_SHARE)
    .slice(0, MAX_CATEGORIES)
    .map(([category]) => category);
}

/** The category of a text without a subject: strong feeling is feedback or complaint, but thanks alone are general. */
export function categoryOfMood(feeling: number, intents: ReadonlyMap<Intent, number>): Category {
  if (feeling <= ANGER) return 'complaint';
  return feeling >= PRAISE && !intents.has('give_thanks') ? 'feedback' : 'general';
}

/** The intent with the largest weight; `ask_question` for a question without another intent. */
export function intentOf(weights: ReadonlyMap<Intent, number>, asks: boolean): Intent | undefined {
  let best: Intent | undefined;
  let top = MIN_INTENT - 0.01;
  for (const [intent, weight] of weights) {
    if (weight > top) [best, top] = [intent, weight];
  }
  return asks && (best === undefined || best === 'greet') ? 'ask_question' : best;
}

/** The class of a sum of urgency weights. */
export function urgencyOf(weight: number): Urgency {
  return weight >= 5 ? 'critical' : weight >= 3 ? 'high' : weight >= 1.5 ? 'medium' : 'low';
}

/** How complex a request is. */
export function complexityOf(words: number, questions: number, categories: number): Complexity {
  if (words > 150 || questions > 3 || categories > 2) return 'high';
  return words > 50 || questions > 1 || categories > 1 ? 'medium' : 'low';
}

/** The priority of an event: from its text, raised by an escalation, by the sender's own priority, or by a hot lead. */
export function priorityOf(
  type: string,
  data: Readonly<Record<string, unknown>>,
  text?: { urgency: Urgency; sentiment: Sentiment; intent: Intent | undefined },
): Priority {
  let rank = text ? rankOf(text.urgency, text.sentiment, text.intent) : 1;
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
