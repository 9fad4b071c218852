// The analyser that needs no model and no network: a lexicon, a few patterns, linear time.
import type { Enrichment, Intent } from '@switchboard/contracts';
import type { Analyser, Analysis, EventToAnalyse } from './analyser.ts';
import { mentionsOf } from './competitors.ts';
import { entitiesOf, joinEntities } from './entities.ts';
import { find } from './findings.ts';
import { categoriesOf, categoryOfMood, complexityOf, intentOf, priorityOf, urgencyOf } from './judgement.ts';
import { questionsOf } from './questions.ts';
import { sentimentOf, sentimentScore } from './sentiment.ts';
import { tokenise } from './tokens.ts';

/** Changes whenever the same text may be judged differently. */
const VERSION = 'local-1';
const MAX_LISTED = 10;
const NO_ENTITIES: Enrichment['entities'] = {
  emails: [],
  phones: [],
  order_numbers: [],
  money: [],
  dates: [],
};

export interface LocalAnalyserOptions {
  /** Names whose mention is a competitive mention. */
  readonly competitors: readonly string[];
  /** Country of phone numbers without a country code, ISO 3166 alpha-2. */
  readonly phoneCountry: string;
}

/** Judges by the customer's words; where only others speak, by theirs, without reading feeling or need into them. */
export class LocalAnalyser implements Analyser {
  readonly #mentions: ReturnType<typeof mentionsOf>;
  readonly #phoneCountry: string;

  constructor({ competitors, phoneCountry }: LocalAnalyserOptions) {
    this.#mentions = mentionsOf(competitors);
    this.#phoneCountry = phoneCountry;
  }

  async analyse(event: EventToAnalyse): Promise<Analysis> {
    if (event.messages.length === 0) return wordless(event);
    const said = tidy(event, true);
    const answered = tidy(event, false);
    const judged = said === '' ? answered : said;
    const tokens = tokenise(judged);
    const found = find(tokens);
    const entities = entitiesOf(judged, this.#phoneCountry);
    const score = said === '' ? 0 : sentimentScore(tokens, found.feelings);
    const categories = categoriesOf(found.categories, categoryOfMood(score, found.intents));
    const others = said === '' || answered === '' ? undefined : answered;
    const common = {
      source: 'local',
      version: VERSION,
      entities: others ? joinEntities(entities, entitiesOf(others, this.#phoneCountry)) : entities,
      metrics: {
        words: tokens.words.length + (others ? tokenise(others).words.length : 0),
        messages: event.messages.length,
      },
    } as const;
    if (said === '') {
      const bare = wordless(event);
      return { ...bare, ...common, classification: { ...bare.classification, categories } };
    }
    const questions = questionsOf(said);
    const intent = intentOf(found.intents, questions.length > 0);
    const sentiment = sentimentOf(score);
    const urgency = urgencyOf(found.urgency);
    return {
      ...common,
      insights: {
        ...(intent ? { intent } : {}),
        questions,
        pain_points: [...found.painWords].slice(0, MAX_LISTED),
        buying_signals: [...found.buying].slice(0, MAX_LISTED),
        competitive_mentions: this.#mentions(tokens),
        urgency_indicators: [...found.urgencyWords].slice(0, MAX_LISTED),
      },
      classification: {
        categories,
        sentiment,
        sentiment_score: score,
        urgency,
        priority: priorityOf(event.type, event.data, {
          urgency,
          sentiment,
          intent: intent as Intent | undefined,
        }),
        complexity: complexityOf(tokens.words.length, questions.length, categories.length),
      },
    };
  }
}

/** An event that carries no words. */
function wordless(event: EventToAnalyse): Analysis {
  return {
    source: 'local',
    version: VERSION,
    insights: {
      questions: [],
      pain_points: [],
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
    entities: NO_ENTITIES,
    metrics: { words: 0, messages: 0 },
  };
}

/** The messages of one side as one text, runs of blanks made one: patterns then need no unbounded `\s*`. */
function tidy(event: EventToAnalyse, customer: boolean): string {
  let text = '';
  for (const message of event.messages) if (message.customer === customer) text += `${message.text}\n`;
  return text.replace(/[^\S\n]+/g, ' ').trimEnd();
}
