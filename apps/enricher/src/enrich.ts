// Enriches one event: reads it, analyses it, and returns its original bytes with the enrichment spliced in.
import { type Analyser, type Message, messagesOf, type Vocabulary } from '@switchboard/analysis';
import {
  type ConversationDetails,
  conversationEnded,
  conversationEscalated,
  type Enrichment,
  type EventHeaders,
  leadQualified,
  parseJson,
  RecordError,
} from '@switchboard/contracts';
import { type ConversationFetch, fetchForLocal, withMessages } from './model/conversation.ts';
import type { ModelStep } from './model/model-step.ts';
import type { TenantInsight } from './model/tenant-insights.ts';
import { splice } from './splice.ts';

/** The id, type and tenant of an event. */
export type EventOrigin = Pick<EventHeaders, 'id' | 'type' | 'tenantId'>;

/**
 * Fetches conversations from the platform. Each method returns undefined when it gets nothing. Each call has a time limit,
 * counted from the call and not from the acceptance of the event.
 */
export interface ConversationSource {
  details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined>;
  /** The messages of the whole conversation, oldest first. */
  messages(event: EventOrigin, conversationId: string): Promise<readonly Message[] | undefined>;
}

/** The model step, and the events that it is for. */
export interface ModelUse {
  readonly step: ModelStep;
  /** Event types for which the model is asked. */
  readonly types: ReadonlySet<string>;
  /** The key for tenants without their own key. */
  readonly apiKey: string | undefined;
}

export interface EnricherDeps {
  readonly analyser: Analyser;
  /** Undefined: nothing is fetched. */
  readonly conversations?: ConversationSource | undefined;
  readonly insights: { of(tenantId: string): TenantInsight; ready(): Promise<void> };
  readonly model: ModelUse;
}

/** The value is not a JSON object, so the record can never be processed. */
export class NotAnEvent extends RecordError {
  override readonly name = 'NotAnEvent';

  constructor(message: string) {
    super('EVENT_NOT_JSON', message);
  }
}

/** Events about a whole conversation. Only for these the platform is called. */
const CONVERSATION_TYPES: ReadonlySet<string> = new Set([
  conversationEscalated.type,
  conversationEnded.type,
  leadQualified.type,
]);

/** In place of a tenant's key that cannot be decrypted: the model step runs, and falls back to the local analysis. */
const UNUSABLE_KEY = '';

export class Enricher {
  readonly #deps: EnricherDeps;

  constructor(deps: EnricherDeps) {
    this.#deps = deps;
  }

  /**
   * The event's bytes with `enrichment` as the last field. `acceptedAt` is in milliseconds since 1970. Throws `NotAnEvent`,
   * and the errors of Postgres when an answer has to be stored.
   */
  async enrich(value: Buffer, headers: EventOrigin, acceptedAt: number): Promise<Buffer> {
    const { insights } = this.#deps;
    const data = dataOf(value);
    // Events of other types continue before the settings of the tenants have been read.
    if (this.#deps.model.types.has(headers.type)) await insights.ready();
    const insight = insights.of(headers.tenantId);
    const key = this.#keyOf(headers, insight);
    if (key === undefined)
      return splice(value, 'enrichment', JSON.stringify(await this.#local(headers, data, insight)));
    const event = { ...headers, ...messagesAndNames(data, insight), data, acceptedAt };
    const json = await this.#deps.model.step.enrichment(
      event,
      insight,
      key === UNUSABLE_KEY ? undefined : key,
      this.#fetchFor(headers, data),
    );
    return splice(value, 'enrichment', json);
  }

  async #local(headers: EventOrigin, data: Data, insight: TenantInsight): Promise<Enrichment> {
    const event = {
      type: headers.type,
      tenantId: headers.tenantId,
      ...messagesAndNames(data, insight),
      data,
    };
    const fetch = this.#fetchFor(headers, data);
    const conversation = fetch ? await fetchForLocal(event, fetch) : {};
    const analysis = await this.#deps.analyser.analyse(withMessages(event, conversation));
    return conversation.details ? { ...analysis, conversation: conversation.details } : analysis;
  }

  /** The key for the model; undefined when the model is not asked. */
  #keyOf({ type }: EventOrigin, { apiKey, keyUnusable }: TenantInsight): string | undefined {
    const { model } = this.#deps;
    if (!model.types.has(type)) return undefined;
    return keyUnusable ? UNUSABLE_KEY : (apiKey ?? model.apiKey);
  }

  /** Fetches the event's conversation from the platform; undefined when there is nothing to fetch. */
  #fetchFor(headers: EventOrigin, data: Data): ConversationFetch | undefined {
    const { conversations } = this.#deps;
    if (!conversations || !CONVERSATION_TYPES.has(headers.type)) return undefined;
    const id = data['conversation_id'];
    if (typeof id !== 'string' || id === '') return undefined;
    return {
      details: () => conversations.details(headers, id),
      messages: async () =>
        carriesConversation(data) ? undefined : await conversations.messages(headers, id),
    };
  }
}

type Data = Readonly<Record<string, unknown>>;

function messagesAndNames(
  data: Data,
  { vocabulary }: TenantInsight,
): { messages: readonly Message[]; vocabulary: Vocabulary } {
  return { messages: messagesOf(data), vocabulary };
}

/** Whether the event contains the messages of its conversation. */
function carriesConversation({ messages, transcript }: Data): boolean {
  return messagesOf({ messages, transcript }).length > 0;
}

function dataOf(value: Buffer): Record<string, unknown> {
  const event = parse(value);
  if (!isObject(event)) throw new NotAnEvent('reading an event: the value is not a JSON object');
  // Data that is not an object is refused by the sinks. Here it means that there is no text.
  return isObject(event['data']) ? event['data'] : {};
}

function parse(value: Buffer): unknown {
  try {
    return parseJson(value.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
