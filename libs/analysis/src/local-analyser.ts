// The analyser that needs no model and no network: a lexicon, a small classifier and some patterns. It takes linear time.
import type { Analyser, Analysis, EventToAnalyse } from './analyser.ts';
import { endsSolved } from './closing.ts';
import { entitiesOf, joinEntities } from './entities.ts';
import { find } from './findings.ts';
import { goalsOf } from './goals.ts';
import { interestsOf } from './interests.ts';
import { complexityOf, intentOf, priorityOf } from './judgement.ts';
import { languageOf } from './language.ts';
import { questionsOf } from './questions.ts';
import { sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';
import { classify } from './classify.ts';
import { NameFinder } from './vocabulary.ts';

/** Increase it when the result for a text may change. */
const VERSION = 'local-2';
const MAX_LISTED = 10;

export interface LocalAnalyserOptions {
  /** Names of competitors for all tenants. */
  readonly competitors: readonly string[];
  /** The country of phone numbers without a country code, ISO 3166 alpha-2. */
  readonly phoneCountry: string;
}

/** Judges the customer's messages. If there are only messages of others, it takes category and entities from them. */
export class LocalAnalyser implements Analyser {
  readonly #names: NameFinder;
  readonly #phoneCountry: string;

  constructor({ competitors, phoneCountry }: LocalAnalyserOptions) {
    this.#names = new NameFinder(competitors);
    this.#phoneCountry = phoneCountry;
  }

  async analyse(event: EventToAnalyse): Promise<Analysis> {
    if (event.messages.length === 0) return withoutText(event);
    const said = textOf(event, true);
    const answered = textOf(event, false);
    const judged = said === '' ? answered : said;
    const tokens = tokenise(judged);
    const found = find(tokens);
    const language = await languageOf(judged, tokens);
    const read = { text: judged, tokens, found, feeling: sentimentScore(tokens, found.feelings) };
    const { categories, sentiment, score, ...classes } = classify(read, language);
    const urgency = endsSolved(event.messages) ? 'low' : classes.urgency;
    const names = this.#names.mentions(tokens, event.vocabulary);
    const forms = entitiesOf(judged, this.#phoneCountry);
    const others = said === '' || answered === '' ? undefined : answered;
    const otherTokens = others === undefined ? undefined : tokenise(others);
    const otherNames = otherTokens && this.#names.mentions(otherTokens, event.vocabulary);
    const common = {
      source: 'local',
      version: VERSION,
      ...(language === undefined ? {} : { language }),
      entities: {
        ...(others === undefined ? forms : joinEntities(forms, entitiesOf(others, this.#phoneCountry))),
        products: join(names.products, otherNames?.products),
        competitors: join(names.competitors, otherNames?.competitors),
      },
      metrics: {
        words: tokens.words.length + (otherTokens?.words.length ?? 0),
        messages: event.messages.length,
      },
    } as const;
    if (said === '') {
      const bare = withoutText(event);
      return { ...bare, ...common, classification: { ...bare.classification, categories } };
    }
    const questions = questionsOf(said);
    const intent = intentOf(found.intents, questions.length > 0);
    return {
      ...common,
      insights: {
        ...(intent ? { intent } : {}),
        goals: goalsOf(said),
        questions,
        pain_points: [...found.painWords].slice(0, MAX_LISTED),
        product_interests: interestsOf(names, tokens, found),
        buying_signals: [...found.buying].slice(0, MAX_LISTED),
        competitive_mentions: [...names.competitors],
        urgency_indicators: [...found.urgencyWords].slice(0, MAX_LISTED),
      },
      classification: {
        categories,
        sentiment,
        sentiment_score: score,
        urgency,
        priority: priorityOf(event.type, event.data, { urgency, sentiment, intent }),
        complexity: complexityOf(tokens.words.length, questions.length, categories.length),
      },
    };
  }
}

/** The analysis of an event without text. */
function withoutText(event: EventToAnalyse): Analysis {
  return {
    source: 'local',
    version: VERSION,
    insights: {
      goals: [],
      questions: [],
      pain_points: [],
      product_interests: [],
      buying_signals: [],
      competitive_mentions: [],
      urgency_indicators: [],
    },
    classification: {
      categories: [],
      sentiment: 'neutral',
      sentiment_score: 0,
      urgency: 'low',
      priority: priorityOf(event.type, event.data),
      complexity: 'low',
    },
    entities: {
      emails: [],
      phones: [],
      order_numbers: [],
      money: [],
      dates: [],
      products: [],
      competitors: [],
    },
    metrics: { words: 0, messages: 0 },
  };
}

function join(names: readonly string[], more: readonly string[] = []): string[] {
  return [...new Set([...names, ...more])].slice(0, MAX_LISTED);
}

/** The messages of one side as one text. Spaces are collapsed, so that no pattern needs an unbounded `\s*`. */
function textOf(event: EventToAnalyse, customer: boolean): string {
  let text = '';
  for (const message of event.messages) if (message.customer === customer) text += `${message.text}\n`;
  return text.replace(/[^\S\n]+/g, ' ').trimEnd();
}
