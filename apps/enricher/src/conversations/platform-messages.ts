// Reads the words of a conversation from the platform page by page, the newest first, and stops where they are enough.
import { beginningOf, type Message, messagesOf } from '@switchboard/analysis';
import { z } from 'zod';

/** Characters of a conversation that are kept; the newest count. */
export const MAX_CHARACTERS = 16_000;
export const MAX_PAGES = 10;
export const PAGE_SIZE = 100;

const page = z.object({
  messages: z.array(z.unknown()).max(10 * PAGE_SIZE),
  next_cursor: z.string().min(1).max(2_000).nullish(),
});
/** What is no message with words, such as a picture, is passed over. */
const message = z.object({ content: z.string(), sender: z.string().optional(), role: z.string().optional() });

/** One page: the newest message first. `next` is the cursor of the page with older ones. */
export interface Page {
  readonly messages: readonly Message[];
  readonly next: string | undefined;
}

/** The query of a page; `cursor` as the page before gave it. */
export function pageQuery(cursor: string | undefined): string {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE), order: 'desc' });
  if (cursor !== undefined) query.set('cursor', cursor);
  return `?${query}`;
}

/** An answer as a page; undefined when it is none. */
export function readPage(answer: unknown): Page | undefined {
  const read = page.safeParse(answer);
  if (!read.success) return undefined;
  const { messages, next_cursor: next } = read.data;
  const items = messages.flatMap((item) => message.safeParse(item).data ?? []);
  return { messages: items.flatMap((item) => messagesOf({ messages: [item] })), next: next ?? undefined };
}

/** Collects pages, the newest message first, until there is no room or no further page. */
export class Newest {
  readonly #kept: Message[] = [];
  #left = MAX_CHARACTERS;
  #pages = 0;

  /** Takes a page in; the cursor of the next one that is wanted. */
  add({ messages, next }: Page): string | undefined {
    this.#pages += 1;
    for (const { text, customer } of messages) {
      if (this.#left === 0) break;
      const kept = beginningOf(text, this.#left);
      this.#left = Math.max(0, this.#left - text.length);
      if (kept.trim() !== '') this.#kept.push({ text: kept, customer });
    }
    return this.#left > 0 && this.#pages < MAX_PAGES ? next : undefined;
  }

  /** Oldest first; undefined when no page came. */
  get messages(): readonly Message[] | undefined {
    return this.#pages === 0 ? undefined : this.#kept.toReversed();
  }
}
