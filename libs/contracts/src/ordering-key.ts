// The record key: what must stay in order together. Works on unchecked data, for a wrong field must not lose an event.
import { definitionOf } from './catalogue.ts';

const MAX_KEY_LENGTH = 200;

/**
 * The ordering key of an event: its conversation, else the entity its definition names, else the event's own id.
 * Cut to 200 characters and freed of NUL (Postgres refuses it); the same input gives the same key.
 */
export function orderingKey(type: string, data: Record<string, unknown>, eventId: string): string {
  const fields = ['conversation_id', 'conversationId', ...(definitionOf(type)?.entity ?? [])];
  for (const field of fields) {
    const value = data[field];
    if (typeof value !== 'string') continue;
    const key = value.replaceAll('\0', '').slice(0, MAX_KEY_LENGTH);
    // Through UTF-8 and back: a half of a surrogate pair, which the cut may leave, becomes a replacement character.
    if (key !== '') return Buffer.from(key).toString();
  }
  return eventId;
}
