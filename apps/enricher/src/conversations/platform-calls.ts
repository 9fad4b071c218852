// Calls of the platform's REST API within limits: an API that is slow, dead or refuses must not slow the stream. All calls share
// one breaker, one number of turns, and the holds of their tenants.
import { setTimeout as sleep } from 'node:timers/promises';
import { tenantId as tenantIdSchema } from '@switchboard/contracts';
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
import { holdMs, TenantHolds } from './tenant-holds.ts';

export interface PlatformCallsOptions {
  readonly http: HttpClient;
  /** For example `https://helpninja.app/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Longest call. */
  readonly timeoutMs: number;
  /** Calls at a time. */
  readonly concurrency: number;
  /** How long a broken API is left alone. Default 10 s. */
  readonly restMs?: number;
}

/** Which conversation, whose, and which part of it. */
export interface Asked {
  readonly tenantId: string;
  readonly conversationId: string;
  /** What follows the id in the address, for example `/messages?limit=100`. */
  readonly part?: string;
  /** Name of the endpoint for metrics. */
  readonly endpoint: string;
  /**
   * On the clock of `performance.now()`: until then it waits for its turn and for its tenant's 429 to pass. A call for which
   * nothing has to be waited for is made whatever the time is.
   */
  readonly deadline: number;
}

/** Why something of a conversation is missing; closed list, as logged. */
export type FetchCode =
  | EgressCode
  | 'SERVER_ERROR'
  | 'REFUSED'
  | 'NOT_JSON'
  | 'RATE_LIMITED'
  | 'BREAKER_OPEN'
  | 'BUSY'
  | 'UNUSABLE_ID';

/** A call that brought nothing of use. */
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

/** The API itself is in trouble: what the breaker counts. */
class ApiDown extends FetchFailed {}

const FAILURES_TO_OPEN = 5;
const REST_MS = 10_000;
/** Lone surrogates cannot be URL-encoded; dots alone would climb to another path; no real id is longer. */
const USABLE_ID = /^(?!\.{1,2}$)[^\p{C}]{1,200}$/u;

export class PlatformCalls {
  readonly #options: PlatformCallsOptions;
  readonly #holds = new TenantHolds();
  readonly #breaker;
  readonly #turns;
  readonly #policy: IPolicy;

  constructor(options: PlatformCallsOptions) {
    this.#options = options;
    this.#breaker = circuitBreaker(handleType(ApiDown), {
      halfOpenAfter: options.restMs ?? REST_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
    });
    this.#turns = bulkhead(options.concurrency, Number.POSITIVE_INFINITY);
    this.#policy = wrap(this.#turns, this.#breaker);
  }

  /** Whether the API answered when last asked. */
  get connected(): boolean {
    return this.#breaker.state === CircuitState.Closed;
  }

  /**
   * The body of a 200 as JSON. Calls, and again after each 429, as long as the waiting fits before the deadline. Throws
   * `FetchFailed`.
   */
  async json(asked: Asked): Promise<unknown> {
    const { tenantId, conversationId, deadline } = asked;
    if (!USABLE_ID.test(conversationId) || !tenantIdSchema.safeParse(tenantId).success) {
      throw new FetchFailed('UNUSABLE_ID');
    }
    for (let again = false; ; again = true) {
      const wait = this.#holds.waitMs(tenantId, performance.now());
      if ((wait > 0 || again) && performance.now() + wait > deadline)
        throw new FetchFailed('RATE_LIMITED', 429);
      if (wait > 0) {
        await sleep(wait);
        continue;
      }
      const inLine = this.#turns.executionSlots < 1;
      const reply = await this.#policy.execute(() => this.#call(asked, inLine)).catch(asFetchFailed);
      if (reply === undefined) continue;
      if (reply.status === 200) return reply.json();
      if (reply.status !== 429) throw new FetchFailed('REFUSED', reply.status);
      this.#holds.hold(tenantId, performance.now() + holdMs(reply, Date.now()));
    }
  }

  /** Undefined when the tenant was put on hold while this call waited for its turn; `inLine` says that it did wait. */
  async #call(
    { tenantId, conversationId, part = '', endpoint, deadline }: Asked,
    inLine: boolean,
  ): Promise<HttpReply | undefined> {
    if (inLine && performance.now() > deadline) throw new FetchFailed('BUSY');
    if (this.#holds.waitMs(tenantId, performance.now()) > 0) return undefined;
    const { http, baseUrl, apiKey, timeoutMs } = this.#options;
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
      });
    if (reply.status >= 500) throw new ApiDown('SERVER_ERROR', reply.status);
    return reply;
  }
}

/** An API that says too much of one conversation is well. */
function failedCall({ code, status }: EgressError): FetchFailed {
  return code === 'RESPONSE_TOO_LARGE' ? new FetchFailed(code, status) : new ApiDown(code);
}

/** Classifies errors of the limits and of the call; any other error is a programming error and is thrown on. */
function asFetchFailed(error: unknown): never {
  if (error instanceof BrokenCircuitError) throw new FetchFailed('BREAKER_OPEN');
  throw error;
}
