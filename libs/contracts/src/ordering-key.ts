// The key of an event: events with the same key stay in order. It takes unchecked data: a wrong field must not lose an
// event.
import { definitionOf } from './catalogue.ts';

const MAX_KEY_LENGTH = 200;

/**
 * The ordering key of an event: its conversation, else the entity its definition names, else the event's own id.
 * It has at most 200 characters and no NUL, which Postgres refuses.
 */
export function orderingKey(type: string, data: Record<string, unknown>, eventId: string): string {
  const fields = ['conversation_id', 'conversationId', ...(definitionOf(type)?.entity ?? [])];
  for (const field of fields) {
    const value = data[field];
    if (typeof value !== 'string') continue;
    const key = value.replaceAll('\0', '').slice(0, MAX_KEY_LENGTH);
    // The cut may leave half of a surrogate pair. Encoding and decoding replaces it.
    if (key !== '') return Buffer.from(key).toString();
  }
  return eventId;
}
