// One event made richer: read, analysed, and handed on as the bytes it came in with the enrichment spliced in.
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
import { type ConversationFetch, forLocal, withWords } from './model/conversation.ts';
import type { ModelStep } from './model/model-step.ts';
import type { TenantInsight } from './model/tenant-insights.ts';
import { splice } from './splice.ts';

/** Which event it is, whose and of which type. */
export type EventOrigin = Pick<EventHeaders, 'id' | 'type' | 'tenantId'>;

/**
 * What the platform tells of a conversation; undefined when it cannot be had. Each call ends in bounded time, counted from
 * the call and not from the acceptance of the event.
 */
export interface ConversationSource {
  details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined>;
  /** The words of the whole conversation, oldest first. */
  messages(event: EventOrigin, conversationId: string): Promise<readonly Message[] | undefined>;
}

/** The model, and when it is asked. */
export interface ModelUse {
  readonly step: ModelStep;
  /** Events of other types are not worth a call. */
  readonly types: ReadonlySet<string>;
  /** For tenants without a key of their own. */
  readonly apiKey: string | undefined;
}

export interface EnricherParts {
  readonly analyser: Analyser;
  /** Absent: nothing is fetched. */
  readonly conversations?: ConversationSource | undefined;
  readonly insights: { of(tenantId: string): TenantInsight; ready(): Promise<void> };
  readonly model: ModelUse;
}

/** The value is not a JSON object: the record's fault, for ever. */
export class NotAnEvent extends RecordError {
  override readonly name = 'NotAnEvent';

  constructor(message: string) {
    super('EVENT_NOT_JSON', message);
  }
}

/** Only these are about a whole conversation, and worth asking the platform. */
const WHOLE_CONVERSATION: ReadonlySet<string> = new Set([
  conversationEscalated.type,
  conversationEnded.type,
  leadQualified.type,
]);

/** Stands for a tenant's key that cannot be opened: the model is wanted and cannot be had. */
const UNUSABLE = '';

export class Enricher {
  readonly #parts: EnricherParts;

  constructor(parts: EnricherParts) {
    this.#parts = parts;
  }

  /**
   * The event's bytes with `enrichment` as last field. `acceptedAt` in milliseconds since 1970. Throws `NotAnEvent`, and
   * what Postgres says where an answer has to be stored.
   */
  async enrich(value: Buffer, headers: EventOrigin, acceptedAt: number): Promise<Buffer> {
    const { insights } = this.#parts;
    const data = dataOf(value);
    // Others go on while nobody can say what their tenants set.
    if (this.#parts.model.types.has(headers.type)) await insights.ready();
    const insight = insights.of(headers.tenantId);
    const key = this.#keyOf(headers, insight);
    if (key === undefined)
      return splice(value, 'enrichment', JSON.stringify(await this.#local(headers, data, insight)));
    const event = { ...headers, ...wordsOf(data, insight), data, acceptedAt };
    const json = await this.#parts.model.step.enrichment(
      event,
      insight,
      key === UNUSABLE ? undefined : key,
      this.#fetching(headers, data),
    );
    return splice(value, 'enrichment', json);
  }

  async #local(headers: EventOrigin, data: Data, insight: TenantInsight): Promise<Enrichment> {
    const event = { type: headers.type, tenantId: headers.tenantId, ...wordsOf(data, insight), data };
    const fetch = this.#fetching(headers, data);
    const conversation = fetch ? await forLocal(event, fetch) : {};
    const analysis = await this.#parts.analyser.analyse(withWords(event, conversation));
    return conversation.details ? { ...analysis, conversation: conversation.details } : analysis;
  }

  /** The key that the model is asked with; undefined where it is not asked. */
  #keyOf({ type }: EventOrigin, { apiKey, keyUnusable }: TenantInsight): string | undefined {
    const { model } = this.#parts;
    if (!model.types.has(type)) return undefined;
    return keyUnusable ? UNUSABLE : (apiKey ?? model.apiKey);
  }

  /** How to ask the platform about the event's conversation; undefined where there is nothing to ask. */
  #fetching(headers: EventOrigin, data: Data): ConversationFetch | undefined {
    const { conversations } = this.#parts;
    if (!conversations || !WHOLE_CONVERSATION.has(headers.type)) return undefined;
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

function wordsOf(
  data: Data,
  { vocabulary }: TenantInsight,
): { messages: readonly Message[]; vocabulary: Vocabulary } {
  return { messages: messagesOf(data), vocabulary };
}

/** The event brings the words of its conversation along. */
function carriesConversation({ messages, transcript }: Data): boolean {
  return messagesOf({ messages, transcript }).length > 0;
}

function dataOf(value: Buffer): Record<string, unknown> {
  const event = parse(value);
  if (!isObject(event)) throw new NotAnEvent('reading an event: the value is not a JSON object');
  // Data of the wrong kind is for a sink to refuse: here it means that there are no words.
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
