// One event made richer: read, analysed, and handed on as the bytes it came in with the enrichment spliced in.
import {
  type ConversationDetails,
  conversationEnded,
  conversationEscalated,
  type Enrichment,
  type EventHeaders,
  leadQualified,
} from '@switchboard/contracts';
import type { Analyser } from './analyser/analyser.ts';
import { type Message, messagesOf } from './analyser/messages.ts';
import { splice } from './splice.ts';

/** Whose event it is, and of which type. */
export type EventOrigin = Pick<EventHeaders, 'type' | 'tenantId'>;

/** Where details of a conversation come from; undefined when they cannot be had. */
export interface ConversationSource {
  details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined>;
}

/** The value is not a JSON object: the record's fault, for ever. */
export class NotAnEvent extends Error {
  override readonly name = 'NotAnEvent';
  readonly code = 'EVENT_NOT_JSON';
}

/** Only these are about a whole conversation, and worth a call. */
const WHOLE_CONVERSATION: ReadonlySet<string> = new Set([
  conversationEscalated.type,
  conversationEnded.type,
  leadQualified.type,
]);

export class Enricher {
  readonly #analyser: Analyser;
  readonly #conversations: ConversationSource | undefined;

  /** @param conversations absent: nothing is fetched. */
  constructor(analyser: Analyser, conversations?: ConversationSource) {
    this.#analyser = analyser;
    this.#conversations = conversations;
  }

  /** The event's bytes with `enrichment` as last field. Throws `NotAnEvent`. */
  async enrich(value: Buffer, headers: EventOrigin): Promise<Buffer> {
    const data = dataOf(value);
    const conversation = await this.#conversation(headers, data);
    const messages = messagesOf(data);
    const analysis = await this.#analyser.analyse({
      type: headers.type,
      tenantId: headers.tenantId,
      data,
      messages: messages.length > 0 || !conversation ? messages : gist(conversation),
    });
    const enrichment: Enrichment = conversation ? { ...analysis, conversation } : analysis;
    return splice(value, 'enrichment', JSON.stringify(enrichment));
  }

  async #conversation(headers: EventOrigin, data: Record<string, unknown>) {
    if (!this.#conversations || !WHOLE_CONVERSATION.has(headers.type)) return undefined;
    const id = data['conversation_id'];
    if (typeof id !== 'string' || id === '') return undefined;
    return this.#conversations.details(headers, id);
  }
}

/** What a conversation says of itself, for an event that carries no words of its own. */
function gist(conversation: ConversationDetails): Message[] {
  return messagesOf({ first_message: conversation.first_message, summary: conversation.summary });
}

function dataOf(value: Buffer): Record<string, unknown> {
  const event = parse(value);
  if (!isObject(event)) throw new NotAnEvent('reading an event: the value is not a JSON object');
  // Data of the wrong kind is for a sink to refuse: here it means that there are no words.
  return isObject(event['data']) ? event['data'] : {};
}

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
