// Searches a text for every phrase of the lexicon in one pass. The result is grouped by facet.
import {
  BUYING_SIGNALS,
  type BuyingSignal,
  CATEGORIES,
  type Category,
  type Intent,
} from '@switchboard/contracts';
import { CATEGORY_PHRASES } from './lexicon/categories.ts';
import { MOODS } from './lexicon/moods.ts';
import { NEED_PHRASES, NEEDS, type Need } from './lexicon/needs.ts';
import { BUYING_PHRASES, INTENT_PHRASES, URGENCY } from './lexicon/signals.ts';
import { SUBJECTS } from './lexicon/subjects.ts';
import { NEGATORS, REFUSERS, VALENCE } from './lexicon/valence.ts';
import { PhraseBook } from './phrases.ts';
import { type Feeling, precededBy } from './sentiment.ts';
import type { Tokens } from './tokens.ts';

type Effect =
  | { readonly facet: 'valence'; readonly weight: number; readonly mood: boolean }
  | { readonly facet: 'urgency'; readonly weight: number }
  | { readonly facet: 'category'; readonly of: Category; readonly weight: number }
  | { readonly facet: 'intent'; readonly of: Intent; readonly weight: number }
  | { readonly facet: 'buying'; readonly of: BuyingSignal }
  | { readonly facet: 'need'; readonly of: Need };

/** What the phrases of the lexicon say about a text. */
export interface Findings {
  readonly feelings: Feeling[];
  readonly categories: Map<Category, number>;
  readonly intents: Map<Intent, number>;
  readonly buying: Set<BuyingSignal>;
  /** Reasons for which the text may be urgent. */
  readonly needs: Set<Need>;
  /** The numbers of the sentences that hint at a purchase. */
  readonly buyingSentences: Set<number>;
  /** The largest weight plus half of each other weight, so that three weak phrases do not count as one strong one. */
  urgency: number;
  /** Phrases that express urgency, each once. */
  readonly urgencyWords: Set<string>;
  /** Phrases that name a problem, each once. */
  readonly painWords: Set<string>;
}

/** A phrase is a pain point at this valence or below. Milder phrases only express a mood. */
const PAIN = -1.5;
/** A pain point has two words or more, or is one of these. A single word such as "bad" does not name a problem. */
const PAINFUL_WORDS =
  /^(?:overcharged|broken|damaged|defective|faulty|stuck|crash\w*|hacked|stolen|declined|missing|slow|late|delayed|outage|errors?|bugs?|scam)$/;

/** Compiled at the first use, so that an idle process needs little memory. */
let book: PhraseBook<Effect> | undefined;

/** Finds the phrases in `tokens`. */
export function find(tokens: Tokens): Findings {
  const found: Findings = {
    feelings: [],
    categories: new Map(),
    intents: new Map(),
    buying: new Set(),
    needs: new Set(),
    buyingSentences: new Set(),
    urgency: 0,
    urgencyWords: new Set(),
    painWords: new Set(),
  };
  const urgent: { start: number; end: number; weight: number }[] = [];
  const counted = new Set<Effect>();
  book ??= compile();
  book.scan(tokens, (effects, start, end) => {
    for (const effect of effects) {
      if (effect.facet === 'valence')
        longest(found.feelings, { valence: effect.weight, mood: effect.mood, start, end });
      else if (effect.facet === 'urgency') strongest(urgent, { weight: effect.weight, start, end });
      else if (effect.facet === 'need') {
        if (effect.of !== 'solved' || !precededBy(tokens, start, NEGATORS)) found.needs.add(effect.of);
      } else if (effect.facet === 'buying') {
        if (precededBy(tokens, start, REFUSERS)) continue;
        found.buying.add(effect.of);
        found.buyingSentences.add(tokens.sentence[start] as number);
      } else if (!counted.has(effect)) {
        if (effect.facet === 'category') {
          if (effect.of === 'complaint' && precededBy(tokens, start, NEGATORS)) continue;
          add(found.categories, effect.of, effect.weight);
        } else if (precededBy(tokens, start, REFUSERS)) continue;
        else add(found.intents, effect.of, effect.weight);
        counted.add(effect);
      }
    }
  });
  let most = 0;
  for (const { weight, start, end } of urgent) {
    if (precededBy(tokens, start, REFUSERS)) continue;
    const words = tokens.words.slice(start, end).join(' ');
    if (found.urgencyWords.has(words)) continue;
    found.urgency += weight > 0 ? weight / 2 : weight;
    if (weight > 0) found.urgencyWords.add(words);
    most = Math.max(most, weight);
  }
  found.urgency += most / 2;
  for (const { valence, mood, start, end } of found.feelings) {
    if (mood) continue;
    const words = tokens.words.slice(start, end).join(' ');
    if (valence <= PAIN && (end - start > 1 || PAINFUL_WORDS.test(words))) found.painWords.add(words);
  }
  return found;
}

/** Keeps spans from overlapping: of the same start the longer one stays, otherwise the earlier one. */
function longest<Span extends { start: number; end: number }>(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last && last.start === span.start && span.end >= last.end) spans[spans.length - 1] = span;
  else if (!last || span.start >= last.end) spans.push(span);
}

/** Of overlapping spans the one with the largest absolute weight stays: "not urgent" has a larger one than "urgent". */
function strongest<Span extends { start: number; end: number; weight: number }>(
  spans: Span[],
  span: Span,
): void {
  const last = spans.at(-1);
  if (!last || span.start >= last.end) spans.push(span);
  else if (Math.abs(span.weight) >= Math.abs(last.weight)) spans[spans.length - 1] = span;
}

function add<Key>(scores: Map<Key, number>, key: Key, weight: number): void {
  scores.set(key, (scores.get(key) ?? 0) + weight);
}

function compile(): PhraseBook<Effect> {
  const phrases = new PhraseBook<Effect>();
  for (const [weight, list] of MOODS) phrases.add(list, { facet: 'valence', weight, mood: true });
  for (const [weight, list] of VALENCE) phrases.add(list, { facet: 'valence', weight, mood: false });
  for (const [weight, list] of URGENCY) phrases.add(list, { facet: 'urgency', weight });
  for (const [of, lists] of Object.entries(CATEGORY_PHRASES) as [
    Category,
    (typeof CATEGORY_PHRASES)['billing'],
  ][]) {
    for (const [weight, list] of lists) {
      for (const phrase of list.split(/[,\n]/)) phrases.add(phrase, { facet: 'category', of, weight });
    }
  }
  for (const of of CATEGORIES) {
    for (const phrase of SUBJECTS[of].split(/[,\n]/))
      phrases.add(phrase, { facet: 'category', of, weight: 1 });
  }
  for (const [of, lists] of Object.entries(INTENT_PHRASES) as [Intent, (typeof INTENT_PHRASES)['buy']][]) {
    for (const [weight, list] of lists) phrases.add(list, { facet: 'intent', of, weight });
  }
  for (const of of BUYING_SIGNALS) phrases.add(BUYING_PHRASES[of], { facet: 'buying', of });
  for (const of of NEEDS) phrases.add(NEED_PHRASES[of], { facet: 'need', of });
  return phrases;
}
