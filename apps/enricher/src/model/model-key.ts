// One API key of the model: its concurrency limit, its circuit breaker, and what the end of each call means for the next ones.
import { ConcurrencyLimit } from '../concurrency-limit.ts';
import { type HoldReason, KeyBreaker, type Permit } from './key-breaker.ts';
import { type ModelClient, ModelError } from './model-client.ts';
import type { ModelMetrics } from './model-metrics.ts';
import type { Prompt } from './prompt.ts';

/** A key is held from now on, or is used again. */
export interface HoldChange {
  readonly apiKey: string;
  /** The tenant whose event showed it. */
  readonly tenantId: string;
  /** Undefined: the key is used again. */
  readonly reason?: HoldReason | undefined;
  readonly error?: ModelError | undefined;
}

export interface ModelKeyOptions {
  readonly metrics: ModelMetrics;
  /** Limit of concurrent calls. */
  readonly concurrency: number;
  /** The time limit of a call, in milliseconds; at most the time limit of an event. */
  readonly timeoutMs: number;
  /** Called when a key begins to be held, when the reason changes, and when the key is used again. */
  readonly onHoldChange?: (change: HoldChange) => void;
}

/** The event that a call is for, and the end of its time. */
interface CallContext {
  readonly tenantId: string;
  readonly eventType: string;
  readonly signal: AbortSignal;
}

const DEFAULT_RATE_LIMIT_MS = 1_000;
/** A shorter `Retry-After` would repeat the call in a busy loop. */
const MIN_RATE_LIMIT_MS = 200;
/** How many requests of a key may wait for each call in flight. */
const WAITING_PER_CALL = 3;

export class ModelKey {
  readonly breaker = new KeyBreaker();
  readonly limit: ConcurrencyLimit;
  /** Requests that call or wait. */
  active = 0;
  /** The reason of the hold that was reported last. */
  private reported: HoldReason | undefined;

  constructor(
    private readonly apiKey: string,
    private readonly client: ModelClient,
    private readonly options: ModelKeyOptions,
  ) {
    this.limit = new ConcurrencyLimit(options.concurrency, options.concurrency * WAITING_PER_CALL);
  }

  /** Makes one call. `isNew` is false when the call only confirmed that the server does not answer. */
  async call(permit: Permit, { eventType, signal, tenantId }: CallContext, prompt: Prompt) {
    const { client, breaker } = this;
    const { metrics, timeoutMs } = this.options;
    const started = performance.now();
    const own = new AbortController();
    const end = () => own.abort();
    const timer = setTimeout(end, timeoutMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      const reply = await client.ask(prompt, own.signal);
      breaker.succeeded(permit);
      this.report(tenantId);
      metrics.called(eventType, 'ok', performance.now() - started);
      return { reply, error: undefined, isNew: true };
    } catch (thrown) {
      if (!(thrown instanceof ModelError)) {
        breaker.undecided(permit);
        throw thrown;
      }
      const ms = performance.now() - started;
      // Ended by our time limit: the server was too slow. Ended by the event's deadline: only if the call had enough time.
      const slow = thrown.code === 'aborted' && (!signal.aborted || ms >= timeoutMs / 2);
      const code = slow ? 'timeout' : thrown.code;
      const isNew = recordFailure(breaker, permit, code, thrown);
      this.report(tenantId, thrown);
      metrics.called(eventType, code, ms);
      return { reply: undefined, error: thrown, isNew };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  /** Reports that the reason for holding the key has changed. A rate limit is only counted, because it ends soon by itself. */
  private report(tenantId: string, error?: ModelError): void {
    const now = this.breaker.holdReason(performance.now());
    const reason = now === 'rate_limited' ? this.reported : now;
    if (reason === this.reported) return;
    this.reported = reason;
    this.options.onHoldChange?.({ apiKey: this.apiKey, tenantId, reason, error });
  }
}

/** Reports a failed call to the breaker. Returns false when the breaker knew already that the server does not answer. */
function recordFailure(
  breaker: KeyBreaker,
  permit: Permit,
  code: ModelError['code'],
  error: ModelError,
): boolean {
  const now = performance.now();
  const { retryAfterMs = DEFAULT_RATE_LIMIT_MS } = error;
  if (code === 'rate_limited') breaker.rateLimited(permit, now, Math.max(retryAfterMs, MIN_RATE_LIMIT_MS));
  else if (code === 'quota' || code === 'credentials') breaker.keyRefused(permit, now);
  else if (code === 'refused') breaker.noUsableAnswer('refused', permit, now, error.everyQuestion);
  else if (code === 'invalid_answer' || code === 'too_long')
    breaker.noUsableAnswer('invalid_answer', permit, now);
  else if (code === 'aborted') breaker.undecided(permit);
  else return breaker.failed(permit, now);
  return true;
}
