// Asks a model within limits: concurrency, circuit breaker, the tenant's budget, the event's deadline. Without an answer, the
// result is a reason and not an error: the event continues without the model.
import { type FallbackReason, InfrastructureError } from '@switchboard/contracts';
import { acquirePermit } from './acquire-permit.ts';
import type { ModelAnswer } from './answer.ts';
import type { Budget, Limits } from './budget.ts';
import type { HoldReason, Permit } from './key-breaker.ts';
import type { ModelClient, ModelError, Usage } from './model-client.ts';
import { ModelKey, type ModelKeyOptions } from './model-key.ts';
import type { Prompt } from './prompt.ts';

/** Price of a token in millionths of a US dollar, which equals the price of a million tokens in dollars. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface ModelGatewayOptions extends ModelKeyOptions {
  readonly budget: Pick<Budget, 'reserve' | 'settle'>;
  readonly price: Price;
  /** Limit of requests that call or wait, over all keys. It leaves room for events that need no model. */
  readonly maxRequests: number;
  /** How many of these are left for keys with few requests, so that busy keys do not block them. */
  readonly reservedRequests: number;
  /** Limit of tokens in an answer. */
  readonly answerTokens: number;
}

/** A request for one event. */
export interface ModelRequest {
  readonly tenantId: string;
  readonly eventType: string;
  readonly limits: Limits;
  readonly prompt: () => Prompt;
  /** The deadline, on the clock of `performance.now()`. `signal` ends all waiting and every call at that time. */
  readonly until: number;
  readonly signal: AbortSignal;
}

/** The answer or the reason why there is none, and the cost. */
export type ModelResult = { readonly microUsd: number } & (
  | { readonly answer: ModelAnswer; readonly model: string }
  | { readonly reason: FallbackReason }
);

/**
 * A result whose cost is reserved and not settled yet. Call `settle` once, after the result is stored: if the process dies
 * before that, the reservation stays spent, and no second call is made for the same answer.
 */
export interface UnsettledResult {
  readonly result: ModelResult;
  readonly settle: () => Promise<void>;
}

interface Attempt extends UnsettledResult {
  /** A second call may give a usable answer. */
  readonly retry?: boolean;
}

/** A key with fewer active requests than this may use the reserved ones. */
const FEW_REQUESTS = 4;

export class ModelGateway {
  private readonly keys = new Map<string, ModelKey>();
  private active = 0;

  constructor(
    private readonly options: ModelGatewayOptions,
    private readonly clientOf: (apiKey: string) => ModelClient,
  ) {}

  /** The number of held keys by reason. */
  heldKeys(now: number): ReadonlyMap<FallbackReason, number> {
    const counts = new Map<FallbackReason, number>();
    for (const { breaker } of this.keys.values()) {
      const reason = breaker.holdReason(now);
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return counts;
  }

  /** Why a key is held; undefined when it is not. */
  holdReason(apiKey: string): HoldReason | undefined {
    return this.keys.get(apiKey)?.breaker.holdReason(performance.now());
  }

  /** The settings of a key were changed. A problem that only a person can solve may be solved: the next call tries it. */
  keyChanged(apiKey: string): void {
    this.keys.get(apiKey)?.breaker.allowProbe(performance.now());
  }

  /** Asks the model. Throws only errors of Postgres about the budget, before the call costs anything. */
  async ask(apiKey: string, request: ModelRequest): Promise<UnsettledResult> {
    const key = this.keyOf(apiKey);
    if (this.active >= this.limitFor(key)) return withoutAnswer('busy');
    this.active += 1;
    key.active += 1;
    try {
      return await this.askWithinLimit(key, request);
    } finally {
      key.active -= 1;
      this.active -= 1;
    }
  }

  /** The limit of active requests of all keys at which a request of this key is refused. */
  private limitFor({ active }: ModelKey): number {
    const { maxRequests, reservedRequests } = this.options;
    return active < FEW_REQUESTS ? maxRequests : maxRequests - reservedRequests;
  }

  private async askWithinLimit(key: ModelKey, request: ModelRequest): Promise<UnsettledResult> {
    if (!(await key.limit.acquire(request.signal)))
      return withoutAnswer(request.signal.aborted ? 'deadline' : 'busy');
    try {
      const first = await this.askUntilNotLimited(key, request);
      return first.retry ? await this.askAgain(first, key, request) : first;
    } finally {
      key.limit.release();
    }
  }

  /** Asks a second time after an unusable answer. The cost of the first call is part of the result in any case. */
  private async askAgain(
    first: UnsettledResult,
    key: ModelKey,
    request: ModelRequest,
  ): Promise<UnsettledResult> {
    const second = await this.askUntilNotLimited(key, request).catch((error: unknown) => {
      if (error instanceof InfrastructureError) return withoutAnswer('invalid_answer');
      throw error;
    });
    return {
      result: { ...second.result, microUsd: first.result.microUsd + second.result.microUsd },
      settle: async () => {
        await first.settle();
        await second.settle();
      },
    };
  }

  /** Repeats the call after each rate limit that ends before the deadline. */
  private async askUntilNotLimited(key: ModelKey, request: ModelRequest): Promise<Attempt> {
    for (;;) {
      const acquired = await acquirePermit(key.breaker, request);
      if ('reason' in acquired) return withoutAnswer(acquired.reason);
      const last = await this.attempt(key, acquired.permit, request);
      if (!('reason' in last.result) || last.result.reason !== 'rate_limited') return last;
      // A rate-limited call costs nothing.
      await last.settle();
    }
  }

  private async attempt(key: ModelKey, permit: Permit, request: ModelRequest): Promise<Attempt> {
    const { budget, price, answerTokens } = this.options;
    const { tenantId, limits, signal } = request;
    const prompt = request.prompt();
    const highestCost = {
      tokens: prompt.upperTokens + answerTokens,
      microUsd: Math.ceil(prompt.upperTokens * price.input + answerTokens * price.output),
    };
    const reservation = await budget
      .reserve(tenantId, highestCost, limits, new Date())
      .catch((error: unknown) => {
        key.breaker.undecided(permit);
        throw error;
      });
    if (reservation === undefined) {
      key.breaker.undecided(permit);
      return withoutAnswer('budget');
    }
    if (signal.aborted) {
      key.breaker.undecided(permit);
      return { ...withoutAnswer('deadline'), settle: () => budget.settle(reservation, undefined) };
    }
    const { reply, error, isNew } = await key.call(permit, request, prompt);
    const usage = reply?.usage ?? error?.usage;
    const billed = reply !== undefined || (error?.billed !== false && isNew);
    const actual = this.costOf(
      usage ?? { inputTokens: prompt.likelyTokens, outputTokens: this.options.answerTokens },
    );
    const microUsd = billed ? actual.microUsd : 0;
    if (billed) this.options.metrics.spent(request.eventType, usage, microUsd);
    return {
      result:
        reply === undefined
          ? { microUsd, reason: reasonOf(error as ModelError, signal) }
          : { microUsd, answer: reply.answer, model: reply.model },
      settle: () => budget.settle(reservation, billed ? actual : undefined),
      retry: error?.again === true,
    };
  }

  private costOf({ inputTokens, outputTokens }: Usage): { tokens: number; microUsd: number } {
    const { input, output } = this.options.price;
    return {
      tokens: inputTokens + outputTokens,
      microUsd: Math.ceil(inputTokens * input + outputTokens * output),
    };
  }

  private keyOf(apiKey: string): ModelKey {
    let key = this.keys.get(apiKey);
    if (key === undefined) {
      key = new ModelKey(apiKey, this.clientOf(apiKey), this.options);
      this.keys.set(apiKey, key);
    }
    return key;
  }
}

/** The result of a request for which no call was made. It costs nothing. */
export function withoutAnswer(reason: FallbackReason): UnsettledResult {
  return { result: { reason, microUsd: 0 }, settle: async () => undefined };
}

function reasonOf({ code }: ModelError, signal: AbortSignal): FallbackReason {
  if (signal.aborted) return 'deadline';
  if (code === 'rate_limited' || code === 'refused' || code === 'invalid_answer') return code;
  if (code === 'too_long') return 'invalid_answer';
  if (code === 'quota' || code === 'credentials') return 'credentials';
  return 'unavailable';
}
