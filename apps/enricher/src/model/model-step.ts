// The enrichment of an event that is worth a call: the model's where it can be had in time and within the budget, else the
// local analyser's. It is stored before it is used, so the same event has the same one however often it comes.
import { type Analyser, type EventToAnalyse, type Message, maskPersonalData } from '@switchboard/analysis';
import type { ConversationDetails, Enrichment } from '@switchboard/contracts';
import { keptAnswer } from './answer.ts';
import type { Answers, CachedAnswer } from './answers.ts';
import type { Asked, Asking } from './asking.ts';
import type { Limits } from './budget.ts';
import { merged } from './merge.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { contentHash, type PromptVersion, promptFor, type Talk } from './prompt.ts';
import type { TenantInsight } from './tenant-insights.ts';

/** An event as it came, with what tells it from others. */
export interface EventOfRecord extends EventToAnalyse {
  readonly id: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly acceptedAt: number;
}

/** What the platform knows of an event's conversation. */
export interface Conversation {
  readonly details?: ConversationDetails | undefined;
  readonly messages?: readonly Message[] | undefined;
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

export class ModelStep {
  constructor(private readonly options: ModelStepOptions) {}

  /**
   * The enrichment as JSON. `fetch` asks the platform for the conversation and is not called once the time is over. Throws
   * only trouble of Postgres.
   */
  async enrichment(
    event: EventOfRecord,
    insight: TenantInsight,
    apiKey: string | undefined,
    fetch: () => Promise<Conversation>,
  ): Promise<string> {
    const { analyser, answers, metrics, model, promptVersion, deadlineMs } = this.options;
    const began = performance.now();
    const deadline = new AbortController();
    // A clock that is ahead of ours gives no event more time.
    const left = Math.min(deadlineMs, event.acceptedAt + deadlineMs - Date.now());
    const timer = setTimeout(() => deadline.abort(), Math.max(0, left));
    if (left <= 0) deadline.abort();
    try {
      const conversation = left <= 0 ? {} : await inTime(fetch(), deadline.signal);
      const whole = withWords(event, conversation);
      const talk = this.talkOf(whole);
      const hash = contentHash(talk, { model, promptVersion });
      const of = { tenantId: event.tenantId, eventId: event.id, promptVersion };
      const { own, same } = await answers.find({ ...of, contentHash: hash });
      if (own !== undefined) return own.enrichment.toString();
      const local = await analyser.analyse(whole);
      const remembered = same && cached(same);
      const time = { until: began + left, signal: deadline.signal };
      // Of nothing a model makes something up.
      const silent = talk.messages.every(({ text }) => text.trim() === '');
      const asked = silent
        ? undefined
        : (remembered ?? (await this.ask(event, talk, { insight, apiKey, ...time })));
      const source = !asked ? 'local' : 'reason' in asked ? 'fallback' : remembered ? 'cache' : 'model';
      const told = { source, promptVersion, latencyMs: performance.now() - began } as const;
      const analysis = asked ? merged(local, whole, asked, told) : local;
      const enrichment: Enrichment = conversation.details
        ? { ...analysis, conversation: conversation.details }
        : analysis;
      const kept = await answers.keep({
        ...of,
        contentHash: hash,
        source,
        said: asked && 'answer' in asked ? { answer: asked.answer, model: asked.model } : undefined,
        enrichment: Buffer.from(JSON.stringify(enrichment)),
      });
      metrics.enriched(event.type, analysis.source, analysis.fallback_reason);
      return kept.enrichment.toString();
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
  ): Promise<Asked> {
    const { asking, promptVersion, promptTokens, limits } = this.options;
    if (apiKey === undefined) return { reason: 'credentials', microUsd: 0 };
    if (time.signal.aborted) return { reason: 'deadline', microUsd: 0 };
    return asking.ask(apiKey, {
      tenantId,
      eventType: type,
      limits: { ...limits, ...insight.limits },
      prompt: () => promptFor(talk, { version: promptVersion, maxTokens: promptTokens }),
      ...time,
    });
  }
}

/** An answer to the same words under the same prompt: free, and as good. None when an earlier release kept another form. */
function cached({ answer, model }: CachedAnswer): Asked | undefined {
  const kept = keptAnswer(answer);
  return kept && { answer: kept, model, microUsd: 0 };
}

/** The event with the words of its whole conversation, where the platform gave them, else with what it carries. */
export function withWords<Event extends EventToAnalyse>(
  event: Event,
  { messages, details }: Conversation,
): Event {
  if (messages !== undefined && messages.length > 0) return { ...event, messages };
  if (event.messages.length > 0 || details === undefined) return event;
  const gist = [details.first_message, details.summary].flatMap((text) =>
    text ? [{ text, customer: true }] : [],
  );
  return { ...event, messages: gist };
}

/** What comes before the signal; nothing otherwise. */
function inTime(fetched: Promise<Conversation>, signal: AbortSignal): Promise<Conversation> {
  return new Promise((resolve, reject) => {
    const late = () => resolve({});
    signal.addEventListener('abort', late, { once: true });
    fetched.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}
