// The messages of a conversation in pages, as `GET /v1/conversations/{id}/messages` returns them.
import type { ConversationDetails } from '../conversations/details.ts';
import type { VendorReply } from './vendor.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/**
 * One page of `messages`: `limit` (1 to 100, 50 by default), `order` (`asc`, the default, or `desc`: newest first) and
 * `cursor`, the `next_cursor` of the page before. `next_cursor` is null on the last page.
 */
export function messagesPage(messages: ConversationDetails['messages'], query: URLSearchParams): VendorReply {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const order = query.get('order') ?? 'asc';
  const from = offsetIn(query.get('cursor'), messages.length);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    return refusal(`"limit" must be a whole number from 1 to ${MAX_LIMIT}`);
  if (order !== 'asc' && order !== 'desc') return refusal('"order" must be asc or desc');
  if (from === undefined) return refusal('"cursor" must be the next_cursor of a page');
  const ordered = order === 'asc' ? messages : messages.toReversed();
  const next = from + limit;
  return {
    status: 200,
    body: { messages: ordered.slice(from, next), next_cursor: next < ordered.length ? cursorOf(next) : null },
  };
}

function refusal(message: string): VendorReply {
  return { status: 400, body: { error: 'Invalid request', message } };
}

/** Cursors are opaque, so that no client can compute one. */
function cursorOf(offset: number): string {
  return Buffer.from(`after:${offset}`).toString('base64url');
}

function offsetIn(cursor: string | null, length: number): number | undefined {
  if (cursor === null) return 0;
  const offset = Number(/^after:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1]);
  return offset < length && cursorOf(offset) === cursor ? offset : undefined;
}
