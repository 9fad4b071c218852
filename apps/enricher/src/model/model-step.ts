// Makes the enrichment of an event that is worth a call: with the model if it answers in time and within the budget, else
// with the local analyser. It is stored before it is used, so a repeated event gets the same enrichment.
import { type Analyser, type EventToAnalyse, maskPersonalData } from '@switchboard/analysis';
import type { Enrichment } from '@switchboard/contracts';
import { keptAnswer } from './answer.ts';
import type { AnswerEntry, Answers, CachedAnswer, Asked as EventAsked } from './answers.ts';
import { type Asked, type Asking, type Came, without } from './asking.ts';
import type { Limits } from './budget.ts';
import { type ConversationFetch, forModel, withWords } from './conversation.ts';
import { merged } from './merge.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { contentHash as hashOf, type PromptVersion, promptFor, type Talk } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';

/** An event as it came, with what tells it from others. */
export interface EventOfRecord extends EventToAnalyse {
  readonly id: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly acceptedAt: number;
}

export interface ModelStepOptions {
  readonly analyser: Analyser;
  readonly answers: Pick<Answers, 'find' | 'keep'>;
  readonly asking: Asking;
  readonly metrics: ModelMetrics;
  readonly model: string;
  readonly promptVersion: PromptVersion;
  /** Of tenants that have no word of their own. */
  readonly limits: Limits;
  /** Tokens of a prompt's conversation at most. */
  readonly promptTokens: number;
  /** From acceptance to the moment from which the event goes on without the model. */
  readonly deadlineMs: number;
  readonly phoneCountry: string;
}

/** What came of an event and is not stored yet. */
interface Unkept {
  readonly entry: AnswerEntry;
  readonly settle: () => Promise<void>;
}

/** More than events that are worked on at a time: those whose partition went to another replica are forgotten in the end. */
const MOST_UNKEPT = 1_000;

export class ModelStep {
  /** Paid for and not stored, because Postgres was away: an event that comes again is not asked about again. */
  private readonly unkept = new Map<string, Unkept>();

  constructor(private readonly options: ModelStepOptions) {}

  /**
   * The enrichment as JSON. `fetch` asks the platform for the conversation. Throws only trouble of Postgres; the event is
   * expected to come again then, and finds what was paid for.
   */
  async enrichment(
    event: EventOfRecord,
    insight: TenantInsight,
    apiKey: string | undefined,
    fetch: ConversationFetch | undefined,
  ): Promise<string> {
    const { answers, promptVersion } = this.options;
    const of = { tenantId: event.tenantId, eventId: event.id, promptVersion };
    const unkept = this.unkept.get(keyOf(of));
    if (unkept !== undefined) return this.keep(unkept);
    // Before anything is fetched: an event that was enriched already costs the platform no call.
    const before = fetch && (await answers.find(of)).own;
    if (before !== undefined) return before.enrichment.toString();
    const made = await this.make(event, insight, apiKey, fetch);
    return 'own' in made ? made.own : this.keep(made);
  }

  /** Stores what came of an event and only then settles what it cost. */
  private async keep(made: Unkept): Promise<string> {
    const key = keyOf(made.entry);
    this.unkept.set(key, made);
    const [oldest] = this.unkept.keys();
    if (this.unkept.size > MOST_UNKEPT && oldest !== undefined) this.unkept.delete(oldest);
    const kept = await this.options.answers.keep(made.entry);
    this.unkept.delete(key);
    await made.settle();
    return kept.enrichment.toString();
  }

  private async make(
    event: EventOfRecord,
    insight: TenantInsight,
    apiKey: string | undefined,
    fetch: ConversationFetch | undefined,
  ): Promise<Unkept | { readonly own: string }> {
    const { analyser, answers, metrics, model, promptVersion, deadlineMs } = this.options;
    const began = performance.now();
    const deadline = new AbortController();
    // A clock that is ahead of ours gives no event more time.
    const left = Math.min(deadlineMs, event.acceptedAt + deadlineMs - Date.now());
    const timer = setTimeout(() => deadline.abort(), Math.max(0, left));
    if (left <= 0) deadline.abort();
    try {
      const conversation = fetch ? await forModel(event, fetch, deadline.signal) : {};
      const whole = withWords(event, conversation);
      const talk = this.talkOf(whole);
      const contentHash = hashOf(talk, { model, promptVersion });
      const of = { tenantId: event.tenantId, eventId: event.id, promptVersion, contentHash };
      const { own, same } = await answers.find(of);
      if (own !== undefined) return { own: own.enrichment.toString() };
      const local = await analyser.analyse(whole);
      const remembered = same && cached(same);
      const time = { until: began + left, signal: deadline.signal };
      // Of nothing a model makes something up.
      const silent = talk.messages.every(({ text }) => text.trim() === '');
      const came =
        silent || remembered ? undefined : await this.ask(event, talk, { insight, apiKey, ...time });
      const asked = silent ? undefined : (remembered ?? came?.asked);
      const source = !asked ? 'local' : 'reason' in asked ? 'fallback' : remembered ? 'cache' : 'model';
      const told = { source, promptVersion, latencyMs: performance.now() - began } as const;
      const analysis = asked ? merged(local, whole, asked, told) : local;
      const enrichment: Enrichment = conversation.details
        ? { ...analysis, conversation: conversation.details }
        : analysis;
      metrics.enriched(event.type, analysis.source, analysis.fallback_reason);
      const said = asked && 'answer' in asked ? { answer: asked.answer, model: asked.model } : undefined;
      const reason = asked && 'reason' in asked ? asked.reason : undefined;
      const bytes = Buffer.from(JSON.stringify(enrichment));
      const entry: AnswerEntry = { ...of, source, said, reason, enrichment: bytes };
      return { entry, settle: came?.settle ?? (async () => undefined) };
    } finally {
      clearTimeout(timer);
    }
  }

  private talkOf({ messages, vocabulary }: EventToAnalyse): Talk {
    const { phoneCountry } = this.options;
    const masked = messages.map(({ text, customer }) => ({
      text: maskPersonalData(text, phoneCountry),
      customer,
    }));
    return vocabulary === undefined ? { messages: masked } : { messages: masked, vocabulary };
  }

  private async ask(
    { tenantId, type }: EventOfRecord,
    talk: Talk,
    {
      insight,
      apiKey,
      ...time
    }: { insight: TenantInsight; apiKey: string | undefined; until: number; signal: AbortSignal },
  ): Promise<Came> {
    const { asking, promptVersion, promptTokens, limits } = this.options;
    if (apiKey === undefined) return without('credentials');
    if (time.signal.aborted) return without('deadline');
    return asking.ask(apiKey, {
      tenantId,
      eventType: type,
      limits: { ...limits, ...insight.limits },
      prompt: () => promptFor(talk, { version: promptVersion, maxTokens: promptTokens }),
      ...time,
    });
  }
}

function keyOf({ tenantId, eventId, promptVersion }: EventAsked): string {
  return JSON.stringify([tenantId, eventId, promptVersion]);
}

/** An answer to the same words under the same prompt: free, and as good. None when an earlier release kept another form. */
function cached({ answer, model }: CachedAnswer): Asked | undefined {
  const kept = keptAnswer(answer);
  return kept && { answer: kept, model, microUsd: 0 };
}
