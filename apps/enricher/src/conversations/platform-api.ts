// Fetches a conversation from the platform's REST API. What cannot be fetched is logged and left out.
import type { Message } from '@switchboard/analysis';
import type { ConversationDetails, Logger } from '@switchboard/contracts';
import type { ConversationSource, EventOrigin } from '../enrich.ts';
import { readDetails } from './details.ts';
import { FetchFailed, PlatformCalls, type PlatformCallsOptions } from './platform-calls.ts';
import { NewestMessages, pageQuery, readPage } from './platform-messages.ts';

export type { FetchCode } from './platform-calls.ts';

export interface PlatformApiOptions extends PlatformCallsOptions {
  readonly logger: Logger;
  /** How long one event waits for a free call and for the end of its tenant's rate limit, in milliseconds. */
  readonly maxWaitMs: number;
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

  /** Whether the circuit breaker of the API is closed. */
  get connected(): boolean {
    return this.#calls.connected;
  }

  async details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined> {
    const deadline = performance.now() + this.#options.maxWaitMs;
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
   * The messages of a conversation, oldest first: the newest 16,000 characters, from at most ten pages. When a page fails, a
   * warning is logged, and the result is the messages of the pages before it, which are newer.
   *
   * The platform documents the path and not the paging. We send `limit=100&order=desc`, and `cursor` from the second page on.
   * The answer is `{"messages": [{"sender", "content"}], "next_cursor"}`, newest first; the last page has no `next_cursor`.
   * All pages together may wait as long as one event.
   */
  async messages(event: EventOrigin, conversationId: string): Promise<readonly Message[] | undefined> {
    const deadline = performance.now() + this.#options.maxWaitMs;
    const newest = new NewestMessages();
    try {
      let cursor: string | undefined;
      do {
        const part = `/messages${pageQuery(cursor)}`;
        const request = { tenantId: event.tenantId, conversationId, part, endpoint: MESSAGES, deadline };
        const page = readPage(await this.#calls.json(request));
        if (page === undefined) throw new FetchFailed('NOT_JSON', 200);
        cursor = newest.add(page);
        if (cursor !== undefined && performance.now() > deadline) throw new FetchFailed('TIMEOUT');
      } while (cursor !== undefined);
    } catch (error) {
      this.#warn(event, conversationId, error);
    }
    return newest.messages;
  }

  /** Rethrows all errors but `FetchFailed`: they are programming errors. */
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
