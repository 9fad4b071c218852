// Makes the enrichment of an event for which the model is asked: with the model if it answers in time and within the budget,
// else with the local analyser. The enrichment is stored before it is used, so a redelivered event gets the same one.
import { type Analyser, type EventToAnalyse, maskPersonalData } from '@switchboard/analysis';
import type { Enrichment } from '@switchboard/contracts';
import { readStoredAnswer } from './answer.ts';
import type { AnswerEntry, AnswerKey, AnswerStore, CachedAnswer } from './answer-store.ts';
import type { Limits } from './budget.ts';
import { type ConversationFetch, fetchForModel, withMessages } from './conversation.ts';
import { mergeAnswer } from './merge.ts';
import { type ModelGateway, type ModelResult, type UnsettledResult, withoutAnswer } from './model-gateway.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { contentHash as hashOf, type MaskedConversation, type PromptVersion, promptFor } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';

/** An accepted event. */
export interface AcceptedEvent extends EventToAnalyse {
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly acceptedAt: number;
}

export interface ModelStepOptions {
  readonly analyser: Analyser;
  readonly answers: Pick<AnswerStore, 'find' | 'save'>;
  readonly gateway: ModelGateway;
  readonly metrics: ModelMetrics;
  readonly model: string;
  readonly promptVersion: PromptVersion;
  /** For tenants without their own limits. */
  readonly limits: Limits;
  /** Limit of tokens in the conversation part of a prompt. */
  readonly promptTokens: number;
  /** Time from the acceptance of an event until it continues without the model. */
  readonly deadlineMs: number;
  readonly phoneCountry: string;
}

/** An enrichment that is not stored yet. */
interface UnsavedEnrichment {
  readonly entry: AnswerEntry;
  readonly settle: () => Promise<void>;
}

/**
 * More than the events that one process works on at a time. The oldest is dropped beyond that: its partition has moved to
 * another replica, so its event does not come again here.
 */
const MAX_UNSAVED = 1_000;

export class ModelStep {
  /** Enrichments that could not be stored because Postgres was away. Their events do not call the model a second time. */
  private readonly unsaved = new Map<string, UnsavedEnrichment>();

  constructor(private readonly options: ModelStepOptions) {}

  /**
   * The enrichment as JSON. `fetch` gets the conversation from the platform. Throws only errors of Postgres. The event is
   * expected to be redelivered then, and an answer that was paid for is used.
   */
  async enrichment(
    event: AcceptedEvent,
    insight: TenantInsight,
    apiKey: string | undefined,
    fetch: ConversationFetch | undefined,
  ): Promise<string> {
    const { answers, promptVersion } = this.options;
    const answerKey = { tenantId: event.tenantId, eventId: event.id, promptVersion };
    const unsaved = this.unsaved.get(keyOf(answerKey));
    if (unsaved !== undefined) return this.save(unsaved);
    // Looked up before anything is fetched: an event that was enriched already causes no call to the platform.
    const stored = fetch && (await answers.find(answerKey)).stored;
    if (stored !== undefined) return stored.enrichment.toString();
    const made = await this.make(event, insight, apiKey, fetch);
    return 'stored' in made ? made.stored : this.save(made);
  }

  /** Stores an enrichment, and settles its cost only after that. */
  private async save(made: UnsavedEnrichment): Promise<string> {
    const key = keyOf(made.entry);
    this.unsaved.set(key, made);
    const [oldest] = this.unsaved.keys();
    if (this.unsaved.size > MAX_UNSAVED && oldest !== undefined) this.unsaved.delete(oldest);
    const saved = await this.options.answers.save(made.entry);
    this.unsaved.delete(key);
    await made.settle();
    return saved.enrichment.toString();
  }

  private async make(
    event: AcceptedEvent,
    insight: TenantInsight,
    apiKey: string | undefined,
    fetch: ConversationFetch | undefined,
  ): Promise<UnsavedEnrichment | { readonly stored: string }> {
    const { analyser, answers, metrics, model, promptVersion, deadlineMs } = this.options;
    const began = performance.now();
    const deadline = new AbortController();
    // When another machine's clock is ahead of ours, the event gets no more time than others.
    const left = Math.min(deadlineMs, event.acceptedAt + deadlineMs - Date.now());
    const timer = setTimeout(() => deadline.abort(), Math.max(0, left));
    if (left <= 0) deadline.abort();
    try {
      const conversation = fetch ? await fetchForModel(event, fetch, deadline.signal) : {};
      const whole = withMessages(event, conversation);
      const masked = this.masked(whole);
      const contentHash = hashOf(masked, { model, promptVersion });
      const answerKey = { tenantId: event.tenantId, eventId: event.id, promptVersion, contentHash };
      const { stored, cached } = await answers.find(answerKey);
      if (stored !== undefined) return { stored: stored.enrichment.toString() };
      const local = await analyser.analyse(whole);
      const fromCache = cached && readCached(cached);
      const time = { until: began + left, signal: deadline.signal };
      // Without text, a model would invent something.
      const silent = masked.messages.every(({ text }) => text.trim() === '');
      const unsettled =
        silent || fromCache ? undefined : await this.ask(event, masked, { insight, apiKey, ...time });
      const result = silent ? undefined : (fromCache ?? unsettled?.result);
      const source = !result ? 'local' : 'reason' in result ? 'fallback' : fromCache ? 'cache' : 'model';
      const origin = { source, promptVersion, latencyMs: performance.now() - began } as const;
      const analysis = result ? mergeAnswer(local, whole, result, origin) : local;
      const enrichment: Enrichment = conversation.details
        ? { ...analysis, conversation: conversation.details }
        : analysis;
      metrics.enriched(event.type, analysis.source, analysis.fallback_reason);
      const reply = result && 'answer' in result ? { answer: result.answer, model: result.model } : undefined;
      const reason = result && 'reason' in result ? result.reason : undefined;
      const bytes = Buffer.from(JSON.stringify(enrichment));
      const entry: AnswerEntry = { ...answerKey, source, reply, reason, enrichment: bytes };
      return { entry, settle: unsettled?.settle ?? (async () => undefined) };
    } finally {
      clearTimeout(timer);
    }
  }

  private masked({ messages, vocabulary }: EventToAnalyse): MaskedConversation {
    const { phoneCountry } = this.options;
    const masked = messages.map(({ text, customer }) => ({
      text: maskPersonalData(text, phoneCountry),
      customer,
    }));
    return vocabulary === undefined ? { messages: masked } : { messages: masked, vocabulary };
  }

  private async ask(
    { tenantId, type }: AcceptedEvent,
    conversation: MaskedConversation,
    {
      insight,
      apiKey,
      ...time
    }: { insight: TenantInsight; apiKey: string | undefined; until: number; signal: AbortSignal },
  ): Promise<UnsettledResult> {
    const { gateway, promptVersion, promptTokens, limits } = this.options;
    if (apiKey === undefined) return withoutAnswer('credentials');
    if (time.signal.aborted) return withoutAnswer('deadline');
    return gateway.ask(apiKey, {
      tenantId,
      eventType: type,
      limits: { ...limits, ...insight.limits },
      prompt: () => promptFor(conversation, { version: promptVersion, maxTokens: promptTokens }),
      ...time,
    });
  }
}

function keyOf({ tenantId, eventId, promptVersion }: AnswerKey): string {
  return JSON.stringify([tenantId, eventId, promptVersion]);
}

/** A cached answer, which costs nothing; undefined when an earlier release stored it in another form. */
function readCached({ answer, model }: CachedAnswer): ModelResult | undefined {
  const stored = readStoredAnswer(answer);
  return stored && { answer: stored, model, microUsd: 0 };
}
