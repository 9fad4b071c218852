// Finds the messages in an event's data, says which are the customer's, and limits their length, which limits the time of the
// analysis.
import { beginningOf, endingOf } from './cut.ts';

/** One message. `customer` is false for the AI, agents and the system. */
export interface Message {
  readonly text: string;
  readonly customer: boolean;
}

/** Limit of characters per event and side. Of a longer conversation the newest messages are used. */
export const MAX_CHARACTERS = 4_000;

const CUSTOMER_FIELDS = [
  'initial_message',
  'first_message',
  'customer_message',
  'last_message',
  'message',
  'text',
  'question',
  'feedback',
  'comment',
  'summary',
];
const OTHER_FIELDS = ['ai_attempted_response', 'ai_response'];
const SPEAKER_FIELDS = ['sender', 'role', 'author', 'speaker', 'from'];
const NOT_A_CUSTOMER =
  /^(?:ai|agent|assistant|bot|chatbot|system|operator|support|staff|admin|human_agent|team_member)$/i;

/** The messages in an event's `data`, oldest first; at most `MAX_CHARACTERS` of the customer and of all others together. */
export function messagesOf(data: Readonly<Record<string, unknown>>): Message[] {
  const messages: Message[] = [];
  for (const field of CUSTOMER_FIELDS) add(messages, data[field], true);
  add(messages, data['content'], isCustomer(data));
  for (const field of OTHER_FIELDS) add(messages, data[field], false);
  const { messages: said, transcript } = data;
  const list = Array.isArray(said) && said.length === 0 ? transcript : (said ?? transcript);
  if (typeof list === 'string') add(messages, endingOf(list, MAX_CHARACTERS), true);
  if (Array.isArray(list)) for (const item of list) addItem(messages, item);
  return messages.length > 0 ? newest(messages) : messages;
}

function addItem(messages: Message[], item: unknown): void {
  if (typeof item === 'string') return add(messages, item, true);
  if (typeof item !== 'object' || item === null) return;
  const fields = item as Record<string, unknown>;
  add(messages, fields['content'] ?? fields['text'] ?? fields['message'], isCustomer(fields));
}

function add(messages: Message[], text: unknown, customer: boolean): void {
  if (typeof text === 'string' && text.trim() !== '') messages.push({ text, customer });
}

function isCustomer(fields: Readonly<Record<string, unknown>>): boolean {
  const speaker = SPEAKER_FIELDS.map((field) => fields[field]).find((value) => typeof value === 'string');
  return typeof speaker !== 'string' || !NOT_A_CUSTOMER.test(speaker);
}

function newest(messages: readonly Message[]): Message[] {
  const left = { customer: MAX_CHARACTERS, other: MAX_CHARACTERS };
  const kept: Message[] = [];
  for (const message of messages.toReversed()) {
    const side = message.customer ? 'customer' : 'other';
    const text = beginningOf(message.text, left[side]);
    // Messages before a cut one are left out, also when the cut leaves room for them.
    left[side] = Math.max(0, left[side] - message.text.length);
    if (text.trim() !== '') kept.push({ text, customer: message.customer });
  }
  return kept.reverse();
}
