// Fetches a conversation from the platform's REST API. Data that cannot be fetched is absent.
import type { Message } from '@switchboard/analysis';
import type { ConversationDetails, Logger } from '@switchboard/contracts';
import type { ConversationSource, EventOrigin } from '../enrich.ts';
import { readDetails } from './details.ts';
import { FetchFailed, PlatformCalls, type PlatformCallsOptions } from './platform-calls.ts';
import { Newest, pageQuery, readPage } from './platform-messages.ts';

export type { FetchCode } from './platform-calls.ts';

export interface PlatformApiOptions extends PlatformCallsOptions {
  readonly logger: Logger;
  /** Longest wait of one event for its turn and for a tenant's 429 to pass. */
  readonly patienceMs: number;
}

const DETAILS = '/conversations/{id}';
const MESSAGES = '/conversations/{id}/messages';
const MAX_LOGGED_ID = 200;

export class PlatformApi implements ConversationSource {
  readonly #options: PlatformApiOptions;
  readonly #calls: PlatformCalls;

  constructor(options: PlatformApiOptions) {
    this.#options = options;
    this.#calls = new PlatformCalls(options);
  }

  /** Whether the API answered when last asked. */
  get connected(): boolean {
    return this.#calls.connected;
  }

  async details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined> {
    const deadline = performance.now() + this.#options.patienceMs;
    try {
      const answer = await this.#calls.json({
        tenantId: event.tenantId,
        conversationId,
        endpoint: DETAILS,
        deadline,
      });
      const details = readDetails(answer);
      if (details === undefined) throw new FetchFailed('NOT_JSON', 200);
      return details;
    } catch (error) {
      this.#warn(event, conversationId, error);
      return undefined;
    }
  }

  /**
   * The words of a conversation, oldest first: the newest 16,000 characters, of at most ten pages. Where a page cannot be had,
   * those that came before it, which are newer, and a warning.
   *
   * The platform's description has the path and not how it is paged. Asked for is `limit=100&order=desc`, and `cursor` from the
   * second page on; the answer is `{"messages": [{"sender", "content"}], "next_cursor"}`, newest first, and without a
   * `next_cursor` on the last page. All pages together have the patience of one event.
   */
  async messages(event: EventOrigin, conversationId: string): Promise<readonly Message[] | undefined> {
    const deadline = performance.now() + this.#options.patienceMs;
    const newest = new Newest();
    try {
      let cursor: string | undefined;
      do {
        const part = `/messages${pageQuery(cursor)}`;
        const asked = { tenantId: event.tenantId, conversationId, part, endpoint: MESSAGES, deadline };
        const page = readPage(await this.#calls.json(asked));
        if (page === undefined) throw new FetchFailed('NOT_JSON', 200);
        cursor = newest.add(page);
        if (cursor !== undefined && performance.now() > deadline) throw new FetchFailed('TIMEOUT');
      } while (cursor !== undefined);
    } catch (error) {
      this.#warn(event, conversationId, error);
    }
    return newest.messages;
  }

  /** Rethrows what is a mistake in the program. */
  #warn(event: EventOrigin, conversationId: string, error: unknown): void {
    if (!(error instanceof FetchFailed)) throw error;
    this.#options.logger.warn(
      {
        event_type: event.type,
        tenant_id: event.tenantId,
        conversation_id: conversationId.slice(0, MAX_LOGGED_ID),
        status: error.status,
        error_code: error.code,
      },
      'Failed to fetch conversation details.',
    );
  }
}
