// What the enricher adds to an event, in the structure of the platform's own enrichment: insights, classification,
// entities, metrics and, where they were fetched, the conversation's details.
import { z } from 'zod';

export const SENTIMENTS = ['negative', 'neutral', 'positive'] as const;
export const URGENCIES = ['low', 'medium', 'high', 'critical'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export const COMPLEXITIES = ['low', 'medium', 'high'] as const;
/** What a text is about: the subject that decides who should take it. */
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

/** Who made the analysis. `fallback` is the local analyser in place of a model that was wanted and could not be had. */
export const ANALYSIS_SOURCES = ['model', 'local', 'fallback', 'cache'] as const;

/** Why the local analyser stands in for the model. */
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

/** Details of a whole conversation, from the platform's REST API. What was not fetched is absent. */
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
  /** Version of the local analyser, which takes the entities whoever makes the rest. */
  version: z.string(),
  /** Of source `model` and `cache`: the model as its server names it, and the version of what it was asked. */
  model: z.string().optional(),
  prompt_version: z.string().optional(),
  /** From the first question to the answer that was used. */
  latency_ms: z.number().optional(),
  /** What the calls for this event cost; 0 for one answered from the cache. */
  cost_usd: z.number().optional(),
  /** ISO 639-1; absent when the words are too few to say. */
  language: z.string().optional(),
  insights: z.object({
    /** What the customer wants; absent when the words do not say. */
    intent: z.enum(INTENTS).optional(),
    /** What the customer wants to reach, as they put it: "move our data before Friday". */
    goals: list.meta({ pii: true }),
    questions: list.meta({ pii: true }),
    /** Words that name what hurts, as the customer put them: "charged twice". */
    pain_points: list,
    /** The tenant's products that the customer shows interest in. */
    product_interests: list,
    buying_signals: z.array(z.enum(BUYING_SIGNALS)),
    competitive_mentions: list,
    /** Words that press for time, as the customer put them: "as soon as possible". */
    urgency_indicators: list,
  }),
  classification: z.object({
    /** Most fitting first; `general` alone when nothing fits, empty when the event carries no words. */
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
    /** From the tenant's list. */
    products: list,
    /** From the tenant's list. */
    competitors: list,
  }),
  /** Of the words this event carries, whoever wrote them. */
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
