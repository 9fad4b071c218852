// The schema of what the enricher adds to an event: insights, classification, entities, metrics and, if they were
// fetched, details of the conversation. The structure is that of the platform's own enrichment.
import { z } from 'zod';

export const SENTIMENTS = ['negative', 'neutral', 'positive'] as const;
export const URGENCIES = ['low', 'medium', 'high', 'critical'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export const COMPLEXITIES = ['low', 'medium', 'high'] as const;
/** What a text is about. It decides which team should get it. */
export const CATEGORIES = [
  'billing',
  'payments',
  'payment_methods',
  'refunds',
  'account',
  'access',
  'security',
  'orders',
  'technical',
  'sales',
  'cancellation',
  'complaint',
  'feedback',
  'general',
] as const;

export const INTENTS = [
  'cancel_service',
  'request_refund',
  'report_problem',
  'track_order',
  'return_item',
  'regain_access',
  'change_details',
  'ask_price',
  'buy',
  'request_human',
  'complain',
  'give_feedback',
  'give_thanks',
  'greet',
  'ask_question',
] as const;
export const BUYING_SIGNALS = [
  'price_question',
  'plan_question',
  'quote_request',
  'demo_request',
  'trial_request',
  'upgrade_interest',
  'team_size',
  'comparison',
  'purchase_intent',
  'budget',
] as const;

/** Who made the analysis. `fallback`: the local analyser, because the model did not answer. */
export const ANALYSIS_SOURCES = ['model', 'local', 'fallback', 'cache'] as const;

/** Why the local analyser was used in place of the model. */
export const FALLBACK_REASONS = [
  'budget',
  'deadline',
  'busy',
  'unavailable',
  'rate_limited',
  'credentials',
  'refused',
  'invalid_answer',
] as const;

const list = z.array(z.string());

/** Details of a whole conversation, from the platform's REST API. A field that was not fetched is absent. */
export const conversationDetails = z.object({
  id: z.string().optional(),
  first_message: z.string().meta({ pii: true }).optional(),
  summary: z.string().meta({ pii: true }).optional(),
  topics: list.optional(),
  customer_email: z.string().meta({ pii: true }).optional(),
  customer_name: z.string().meta({ pii: true }).optional(),
  site_url: z.string().optional(),
  avg_confidence: z.number().optional(),
  duration_minutes: z.number().optional(),
  message_count: z.number().optional(),
  escalated: z.boolean().optional(),
  resolution_status: z.string().optional(),
  satisfaction_score: z.number().optional(),
});

export const enrichment = z.object({
  source: z.enum(ANALYSIS_SOURCES),
  fallback_reason: z.enum(FALLBACK_REASONS).optional(),
  /** Version of the local analyser. It always finds the entities, whoever makes the rest. */
  version: z.string(),
  /** With source `model` or `cache`: the model as its server names it, and the version of the prompt. */
  model: z.string().optional(),
  prompt_version: z.string().optional(),
  /** From the first call to the answer that was used, in milliseconds. */
  latency_ms: z.number().optional(),
  /** What the calls for this event cost, in US dollars; 0 from the cache. */
  cost_usd: z.number().optional(),
  /** ISO 639-1; absent if there are too few words to tell. */
  language: z.string().optional(),
  insights: z.object({
    /** What the customer wants; absent if the text does not say. */
    intent: z.enum(INTENTS).optional(),
    /** What the customer wants to achieve, in their words: "move our data before Friday". */
    goals: list.meta({ pii: true }),
    questions: list.meta({ pii: true }),
    /** What the customer complains about, in their words: "charged twice". */
    pain_points: list,
    /** The tenant's products that the customer shows interest in. */
    product_interests: list,
    buying_signals: z.array(z.enum(BUYING_SIGNALS)),
    competitive_mentions: list,
    /** Words that ask for haste, as the customer wrote them: "as soon as possible". */
    urgency_indicators: list,
  }),
  classification: z.object({
    /** The best match first. Only `general` if nothing matches; empty if the event has no text. */
    categories: z.array(z.enum(CATEGORIES)),
    sentiment: z.enum(SENTIMENTS),
    /** -1 (negative) to 1 (positive). */
    sentiment_score: z.number().min(-1).max(1),
    urgency: z.enum(URGENCIES),
    priority: z.enum(PRIORITIES),
    complexity: z.enum(COMPLEXITIES),
  }),
  entities: z.object({
    emails: list.meta({ pii: true }),
    /** E.164. */
    phones: list.meta({ pii: true }),
    order_numbers: list,
    money: list,
    dates: list,
    /** Of the tenant's list of products. */
    products: list,
    /** Of the tenant's list of competitors. */
    competitors: list,
  }),
  /** Counts over all texts of the event, whoever wrote them. */
  metrics: z.object({ words: z.number(), messages: z.number() }),
  conversation: conversationDetails.optional(),
});

export type AnalysisSource = (typeof ANALYSIS_SOURCES)[number];
export type FallbackReason = (typeof FALLBACK_REASONS)[number];
export type Enrichment = z.output<typeof enrichment>;
export type ConversationDetails = z.output<typeof conversationDetails>;
export type Sentiment = (typeof SENTIMENTS)[number];
export type Urgency = (typeof URGENCIES)[number];
export type Priority = (typeof PRIORITIES)[number];
export type Complexity = (typeof COMPLEXITIES)[number];
export type Category = (typeof CATEGORIES)[number];
export type Intent = (typeof INTENTS)[number];
export type BuyingSignal = (typeof BUYING_SIGNALS)[number];
