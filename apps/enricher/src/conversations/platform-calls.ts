// Calls the platform's REST API within limits, so that an API that is slow, unreachable or refuses does not slow the events down.
// All calls share one circuit breaker, one concurrency limit, and the rate limits of their tenants. An event takes one of the 400
// places of the service while it waits, so it waits only when its turn can be expected in time.
import { setTimeout as sleep } from 'node:timers/promises';
import { tenantId as tenantIdSchema } from '@switchboard/contracts';
import { type EgressCode, EgressError, type HttpClient, type HttpReply } from '@switchboard/egress';
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleType } from 'cockatiel';
import { ConcurrencyLimit } from '../concurrency-limit.ts';
import { holdMs, TenantHolds } from './tenant-holds.ts';

export interface PlatformCallsOptions {
  readonly http: HttpClient;
  /** For example `https://helpninja.app/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The time limit of a call, in milliseconds. */
  readonly timeoutMs: number;
  /** Limit of concurrent calls. */
  readonly concurrency: number;
  /** How long the circuit breaker stays open before a probe, in milliseconds. Default 10 s. */
  readonly restMs?: number;
}

/** A request for a conversation or a part of it. */
export interface PlatformRequest {
  readonly tenantId: string;
  readonly conversationId: string;
  /** The part of the URL after the id, for example `/messages?limit=100`. */
  readonly part?: string;
  /** The name of the endpoint in metrics. */
  readonly endpoint: string;
  /**
   * On the clock of `performance.now()`. Until then the request waits for a free call and for the end of its tenant's rate
   * limit. A call that need not wait is made at any time.
   */
  readonly deadline: number;
}

/** Why a part of a conversation is missing, as it is logged; a closed list. */
export type FetchCode =
  | EgressCode
  | 'SERVER_ERROR'
  | 'REFUSED'
  | 'NOT_JSON'
  | 'RATE_LIMITED'
  | 'BREAKER_OPEN'
  | 'BUSY'
  | 'UNUSABLE_ID';

/** A call without a usable answer. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';
  readonly code: FetchCode;
  readonly status: number | undefined;

  constructor(code: FetchCode, status?: number) {
    super(`fetching a conversation: ${code}`);
    this.code = code;
    this.status = status;
  }
}

/** The API itself failed. Only these errors count for the breaker. */
class ApiDown extends FetchFailed {}

const FAILURES_TO_OPEN = 5;
const REST_MS = 10_000;
/** Weight of the newest call in the usual duration of a call. */
const NEWEST_WEIGHT = 0.2;
/** How many requests may wait for a free call, and for the end of a rate limit. Further ones fail at once. */
const MAX_WAITING_FOR_CALL = 128;
const MAX_WAITING_FOR_RATE_LIMIT = 16;
/** Lone surrogates cannot be URL-encoded, "." and ".." would lead to another path, and no real id is longer. */
const USABLE_ID = /^(?!\.{1,2}$)[^\p{C}]{1,200}$/u;

export class PlatformCalls {
  readonly #options: PlatformCallsOptions;
  readonly #holds = new TenantHolds();
  readonly #breaker;
  readonly #limit: ConcurrencyLimit;
  #waitingForRateLimit = 0;
  /** How long calls take that have ended lately; undefined before the first one. */
  #usualMs: number | undefined;

  constructor(options: PlatformCallsOptions) {
    this.#options = options;
    this.#breaker = circuitBreaker(handleType(ApiDown), {
      halfOpenAfter: options.restMs ?? REST_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.#limit = new ConcurrencyLimit(options.concurrency, MAX_WAITING_FOR_CALL);
  }

  /** Whether the circuit breaker is closed. */
  get connected(): boolean {
    return this.#breaker.state === CircuitState.Closed;
  }

  /**
   * The body of a 200 response as JSON. Repeats the call after each 429 that ends before the deadline. Throws `FetchFailed`:
   * at once, with `BUSY` or `RATE_LIMITED`, when it would have to wait and cannot expect its turn before the deadline, or too
   * many wait already.
   */
  async json(request: PlatformRequest): Promise<unknown> {
    const { tenantId, conversationId, deadline } = request;
    if (!USABLE_ID.test(conversationId) || !tenantIdSchema.safeParse(tenantId).success) {
      throw new FetchFailed('UNUSABLE_ID');
    }
    for (let again = false; ; again = true) {
      const wait = this.#holds.waitMs(tenantId, performance.now());
      if ((wait > 0 || again) && performance.now() + wait > deadline)
        throw new FetchFailed('RATE_LIMITED', 429);
      if (wait > 0) {
        await this.#waitForRateLimit(wait);
        continue;
      }
      const reply = await this.#callWithinLimit(request);
      if (reply === undefined) continue;
      if (reply.status === 200) return reply.json();
      if (reply.status !== 429) throw new FetchFailed('REFUSED', reply.status);
    }
  }

  async #waitForRateLimit(ms: number): Promise<void> {
    if (this.#waitingForRateLimit >= MAX_WAITING_FOR_RATE_LIMIT) throw new FetchFailed('RATE_LIMITED', 429);
    this.#waitingForRateLimit += 1;
    await sleep(ms);
    this.#waitingForRateLimit -= 1;
  }

  async #callWithinLimit(request: PlatformRequest): Promise<HttpReply | undefined> {
    const left = Math.max(0, Math.ceil(request.deadline - performance.now()));
    if (this.#expectedWaitMs() > left) throw new FetchFailed('BUSY');
    if (!(await this.#limit.acquire(AbortSignal.timeout(left)))) throw new FetchFailed('BUSY');
    try {
      return await this.#breaker.execute(() => this.#call(request)).catch(asFetchFailed);
    } finally {
      this.#limit.release();
    }
  }

  /** Until the next request gets its turn, at the pace of the calls that have ended lately. */
  #expectedWaitMs(): number {
    const { waiting } = this.#limit;
    if (waiting === undefined || this.#usualMs === undefined) return 0;
    return (this.#usualMs * (waiting + 1)) / this.#options.concurrency;
  }

  #learn(ms: number): void {
    this.#usualMs = this.#usualMs === undefined ? ms : this.#usualMs + (ms - this.#usualMs) * NEWEST_WEIGHT;
  }

  /** Undefined when the tenant's rate limit began while this call waited. */
  async #call({
    tenantId,
    conversationId,
    part = '',
    endpoint,
  }: PlatformRequest): Promise<HttpReply | undefined> {
    if (this.#holds.waitMs(tenantId, performance.now()) > 0) return undefined;
    const { http, baseUrl, apiKey, timeoutMs } = this.#options;
    const began = performance.now();
    const reply = await http
      .request({
        method: 'GET',
        url: `${baseUrl}/conversations/${encodeURIComponent(conversationId)}${part}`,
        endpoint,
        headers: { authorization: `Bearer ${apiKey}`, 'x-tenant-id': tenantId },
        timeoutMs,
      })
      .catch((error: unknown) => {
        throw error instanceof EgressError ? failedCall(error) : error;
      })
      .finally(() => this.#learn(performance.now() - began));
    // Before the next waiting call starts: it may be one of the same tenant.
    if (reply.status === 429) this.#holds.hold(tenantId, performance.now() + holdMs(reply, Date.now()));
    if (reply.status >= 500) throw new ApiDown('SERVER_ERROR', reply.status);
    return reply;
  }
}

/** An answer that is too large says nothing about the API itself. */
function failedCall({ code, status }: EgressError): FetchFailed {
  return code === 'RESPONSE_TOO_LARGE' ? new FetchFailed(code, status) : new ApiDown(code);
}

/** Turns an open breaker into `FetchFailed`. Rethrows other errors. */
function asFetchFailed(error: unknown): never {
  if (error instanceof BrokenCircuitError) throw new FetchFailed('BREAKER_OPEN');
  throw error;
}
