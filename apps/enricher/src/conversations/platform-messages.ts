// Reads the messages of a conversation page by page, the newest first, until there are enough.
import { beginningOf, type Message, messagesOf } from '@switchboard/analysis';
import { z } from 'zod';

/** Limit of characters of a conversation. The newest messages are kept. */
export const MAX_CHARACTERS = 16_000;
export const MAX_PAGES = 10;
export const PAGE_SIZE = 100;

const page = z.object({
  messages: z.array(z.unknown()).max(10 * PAGE_SIZE),
  next_cursor: z.string().min(1).max(2_000).nullish(),
});
/** Items without text, such as pictures, are skipped. */
const message = z.object({ content: z.string(), sender: z.string().optional(), role: z.string().optional() });

/** One page, the newest message first. `next` is the cursor of the next page, which has older ones. */
export interface Page {
  readonly messages: readonly Message[];
  readonly next: string | undefined;
}

/** The query of a page. `cursor` is the one that the previous page gave. */
export function pageQuery(cursor: string | undefined): string {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE), order: 'desc' });
  if (cursor !== undefined) query.set('cursor', cursor);
  return `?${query}`;
}

/** Reads a page; undefined when `answer` is not one. */
export function readPage(answer: unknown): Page | undefined {
  const read = page.safeParse(answer);
  if (!read.success) return undefined;
  const { messages, next_cursor: next } = read.data;
  const items = messages.flatMap((item) => message.safeParse(item).data ?? []);
  return { messages: items.flatMap((item) => messagesOf({ messages: [item] })), next: next ?? undefined };
}

/** Collects the messages of pages, the newest first, up to the limits. */
export class NewestMessages {
  readonly #kept: Message[] = [];
  #left = MAX_CHARACTERS;
  #pages = 0;

  /** Adds a page. Returns the cursor of the next page to fetch; undefined when there is enough. */
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

  /** Oldest first; undefined when there was no page. */
  get messages(): readonly Message[] | undefined {
    return this.#pages === 0 ? undefined : this.#kept.toReversed();
  }
}
