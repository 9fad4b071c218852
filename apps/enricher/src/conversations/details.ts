// Reads the platform's answer about a conversation field by field. A field of a wrong type is left out, the others stay.
import { beginningOf } from '@switchboard/analysis';
import { type ConversationDetails, conversationDetails } from '@switchboard/contracts';

const MAX_TEXT = 4_000;
const MAX_ITEMS = 20;
const MAX_ITEM = 200;

/** The known fields of `answer`, with texts and lists cut to a limit; undefined when it is not an object. */
export function readDetails(answer: unknown): ConversationDetails | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  const details: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(conversationDetails.shape)) {
    const value = (answer as Record<string, unknown>)[name];
    if (value !== undefined && field.safeParse(value).success) details[name] = cut(value);
  }
  return details as ConversationDetails;
}

function cut(value: unknown): unknown {
  if (typeof value === 'string') return beginningOf(value, MAX_TEXT);
  if (!Array.isArray(value)) return value;
  const items = value.slice(0, MAX_ITEMS).map((item) => beginningOf(String(item), MAX_ITEM));
  return items.filter((item) => item !== '');
}
