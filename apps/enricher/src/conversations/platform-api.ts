// Asks the platform's REST API for a conversation, within limits: an API that is slow, dead or refuses must not slow
// the stream, and what cannot be had is absent.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConversationDetails, type Logger, tenantId as tenantIdSchema } from '@switchboard/contracts';
import { type EgressCode, EgressError, type HttpClient, type HttpReply } from '@switchboard/egress';
import {
  BrokenCircuitError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
  type IPolicy,
  wrap,
} from 'cockatiel';
import type { ConversationSource, EventOrigin } from '../enrich.ts';
import { readDetails } from './details.ts';
import { holdMs, TenantHolds } from './tenant-holds.ts';

export interface PlatformApiOptions {
  readonly http: HttpClient;
  /** For example `https://helpninja.app/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly logger: Logger;
  /** Longest call. */
  readonly timeoutMs: number;
  /** Longest wait of one event for its turn and for a tenant's 429 to pass. */
  readonly patienceMs: number;
  /** Calls at a time. */
  readonly concurrency: number;
  /** How long a broken API is left alone. Default 10 s. */
  readonly restMs?: number;
}

/** Why details are missing; closed list, as logged. */
export type FetchCode =
  | EgressCode
  | 'SERVER_ERROR'
  | 'REFUSED'
  | 'NOT_JSON'
  | 'RATE_LIMITED'
  | 'BREAKER_OPEN'
  | 'BUSY'
  | 'UNUSABLE_ID';

/** A call that brought no details. */
class FetchFailed extends Error {
  override readonly name = 'FetchFailed';
  readonly code: FetchCode;
  readonly status: number | undefined;

  constructor(code: FetchCode, status?: number) {
    super(`fetching a conversation: ${code}`);
    this.code = code;
    this.status = status;
  }
}

/** The API itself is in trouble: what the breaker counts. */
class ApiDown extends FetchFailed {}

const ENDPOINT = '/conversations/{id}';
const FAILURES_TO_OPEN = 5;
const REST_MS = 10_000;
const MAX_LOGGED_ID = 200;
/** Lone surrogates cannot be URL-encoded; dots alone would climb to another path; no real id is longer. */
const USABLE_ID = /^(?!\.{1,2}$)[^\p{C}]{1,200}$/u;

export class PlatformApi implements ConversationSource {
  readonly #options: PlatformApiOptions;
  readonly #holds = new TenantHolds();
  readonly #breaker;
  readonly #policy: IPolicy;

  constructor(options: PlatformApiOptions) {
    this.#options = options;
    this.#breaker = circuitBreaker(handleType(ApiDown), {
      halfOpenAfter: options.restMs ?? REST_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.#policy = wrap(bulkhead(options.concurrency, Number.POSITIVE_INFINITY), this.#breaker);
  }

  /** Whether the API answered when last asked. */
  get connected(): boolean {
    return this.#breaker.state === CircuitState.Closed;
  }

  async details(event: EventOrigin, conversationId: string): Promise<ConversationDetails | undefined> {
    try {
      return await this.#patiently(event.tenantId, conversationId);
    } catch (error) {
      const failure = fetchFailure(error);
      this.#options.logger.warn(
        {
          event_type: event.type,
          tenant_id: event.tenantId,
          conversation_id: conversationId.slice(0, MAX_LOGGED_ID),
          status: failure.status,
          error_code: failure.code,
        },
        'Failed to fetch conversation details.',
      );
      return undefined;
    }
  }

  /** Calls, and again after each 429, as long as the waiting fits into the event's patience. */
  async #patiently(tenantId: string, conversationId: string): Promise<ConversationDetails> {
    if (!USABLE_ID.test(conversationId) || !tenantIdSchema.safeParse(tenantId).success) {
      throw new FetchFailed('UNUSABLE_ID');
    }
    const deadline = performance.now() + this.#options.patienceMs;
    for (;;) {
      const wait = this.#holds.waitMs(tenantId, performance.now());
      if (performance.now() + wait > deadline) throw new FetchFailed('RATE_LIMITED', 429);
      if (wait > 0) {
        await sleep(wait);
        continue;
      }
      const reply = await this.#policy.execute(() => this.#call(tenantId, conversationId, deadline));
      if (reply === undefined) continue;
      if (reply.status !== 429) return detailsIn(reply);
      this.#holds.hold(tenantId, performance.now() + holdMs(reply, Date.now()));
    }
  }

  /** Undefined when the tenant was put on hold while this call waited for its turn. */
  async #call(tenantId: string, conversationId: string, deadline: number): Promise<HttpReply | undefined> {
    if (performance.now() > deadline) throw new FetchFailed('BUSY');
    if (this.#holds.waitMs(tenantId, performance.now()) > 0) return undefined;
    const { http, baseUrl, apiKey, timeoutMs } = this.#options;
    const reply = await http
      .request({
        method: 'GET',
        url: `${baseUrl}/conversations/${encodeURIComponent(conversationId)}`,
        endpoint: ENDPOINT,
        headers: { authorization: `Bearer ${apiKey}`, 'x-tenant-id': tenantId },
        timeoutMs,
      })
      .catch((error: unknown) => {
        throw error instanceof EgressError ? new ApiDown(error.code) : error;
      });
    if (reply.status >= 500) throw new ApiDown('SERVER_ERROR', reply.status);
    return reply;
  }
}

function detailsIn(reply: HttpReply): ConversationDetails {
  if (reply.status !== 200) throw new FetchFailed('REFUSED', reply.status);
  const details = readDetails(reply.json());
  if (details === undefined) throw new FetchFailed('NOT_JSON', reply.status);
  return details;
}

/** Sorts what the limits and the call throw; anything else is a mistake in the program and goes on its way. */
function fetchFailure(error: unknown): FetchFailed {
  if (error instanceof FetchFailed) return error;
  if (error instanceof BrokenCircuitError) return new FetchFailed('BREAKER_OPEN');
  throw error;
}
