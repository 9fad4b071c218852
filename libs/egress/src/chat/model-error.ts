// Why a model gave no usable answer, sorted by what it means for the next call. Source of the API's signs: OpenAI's guide on
// error codes and its published API description.
import type { APIError } from 'openai';
import { z } from 'zod';
import type { EgressError } from '../errors.ts';
import { retryAfter } from '../retry-after.ts';

/**
 * Closed list.
 * - `timeout`, `unreachable`, `server`: the server is in trouble, or not to be had.
 * - `rate_limited`: asked too often; `retryAfterMs` tells when to ask again, where the server did.
 * - `quota`, `credentials`: the account has nothing left, or the key is refused; for a person to mend.
 * - `refused`: this question gets no answer, now or later.
 * - `invalid_answer`: it answered something else than what was asked for, or stopped in the middle.
 * - `too_long`: the answer reached its limit before it ended, as those of models that reason may.
 * - `aborted`: the caller gave up.
 */
export type ModelErrorCode =
  | 'timeout'
  | 'unreachable'
  | 'server'
  | 'rate_limited'
  | 'quota'
  | 'credentials'
  | 'refused'
  | 'invalid_answer'
  | 'too_long'
  | 'aborted';

/** Tokens as the server counted them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ModelErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number | undefined;
  readonly usage?: Usage | undefined;
  readonly billed: boolean | 'unknown';
  readonly again?: boolean;
  readonly everyQuestion?: boolean;
}

const WHAT_TO_DO: Readonly<Record<ModelErrorCode, string>> = {
  timeout: 'see whether its server is slow, or allow more time',
  unreachable: 'see whether the base URL is right and its server is up',
  server: 'ask again later',
  rate_limited: 'ask again later and less often',
  quota: 'see to the balance and the limits of the account',
  credentials: 'see whether the key is right and may use the model',
  refused:
    'go on without; if it is always so, see whether the model is there (OPENAI_MODEL) and takes all parameters (MODEL_OMIT)',
  invalid_answer: 'ask again; if it is always so, see whether the model knows structured outputs',
  too_long: 'allow longer answers (MODEL_ANSWER_TOKENS), which models that reason need',
  aborted: 'nothing; the caller gave up',
};

/** A question without a usable answer. The message quotes nothing that a server or a model wrote, other than codes. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  /** Milliseconds until the server wants to be asked again, an hour at most; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;
  /** Undefined when it did not say. */
  readonly usage: Usage | undefined;
  /** Whether the server charges for it. */
  readonly billed: boolean | 'unknown';
  /** The same question may well get a usable answer. */
  readonly again: boolean;
  /** It would be so of every question: what was set is wrong, not what was asked. */
  readonly everyQuestion: boolean;

  constructor(code: ModelErrorCode, what: string, options: ModelErrorOptions) {
    super(`asking the model: ${what}; ${WHAT_TO_DO[code]}`, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.usage = options.usage;
    this.billed = options.billed;
    this.again = options.again ?? false;
    this.everyQuestion = options.everyQuestion ?? false;
  }
}

/** Source: OpenRouter's description of its errors. */
const moderation = z.object({ metadata: z.object({ reasons: z.array(z.unknown()) }) });
/** The account has nothing left, whatever the status is. */
const QUOTA = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
]);
const LONGEST_HOLD_MS = 60 * 60_000;
/** Nothing reached the model's server. */
const NOT_SENT: ReadonlySet<string> = new Set(['REFUSED_ADDRESS', 'DNS', 'TLS', 'CONNECTION']);

/** The error of a call that brought no whole answer. */
export function withoutAnswer(error: EgressError): ModelError {
  const { code } = error;
  const billed = NOT_SENT.has(code) ? false : 'unknown';
  // The signal that ends a call at this point is the clock's.
  if (code === 'TIMEOUT' || code === 'ABORTED')
    return new ModelError('timeout', 'no answer in time', { cause: error, billed });
  if (code === 'RESPONSE_TOO_LARGE')
    return new ModelError('invalid_answer', 'the answer is too large', { cause: error, billed });
  return new ModelError('unreachable', `no answer (${code})`, { cause: error, billed });
}

/** The error of an answer whose status says no; `parameter`: what it says no to, where that is one of ours. */
export function refusedBy(
  { status, headers, code, type, error }: APIError,
  parameter?: string | undefined,
): ModelError {
  const signs = [code, type].filter((sign): sign is string => typeof sign === 'string');
  // The cause would quote what the server wrote, which may quote what it was sent: part of a key, words of a customer.
  const sign = signs.find((one) => /^[a-z_]{1,60}$/.test(one));
  const said = [sign, parameter].filter((one) => one !== undefined).join(', ');
  const what = `status ${status}${said === '' ? '' : ` (${said})`}`;
  const sorted = status === 403 && isModeration(error) ? 'refused' : sort(status ?? 0, signs);
  return new ModelError(sorted, what, {
    billed: sorted === 'server' ? 'unknown' : false,
    // The model or the address is not there, or something is refused that every question has.
    everyQuestion: sorted === 'refused' && (status === 404 || parameter !== undefined),
    retryAfterMs: holdMs(headers),
  });
}

/** Gateways in front of several models say so of a text that was flagged; the key is as good as before. */
function isModeration(error: unknown): boolean {
  const { data } = moderation.safeParse(error);
  return data !== undefined;
}

function sort(status: number, signs: readonly string[]): ModelErrorCode {
  if (status >= 500 || status === 408 || status === 409) return 'server';
  if (status === 402 || signs.some((sign) => QUOTA.has(sign))) return 'quota';
  if (status === 401 || status === 403) return 'credentials';
  return status === 429 ? 'rate_limited' : 'refused';
}

/** `retry-after-ms` is OpenAI's own and more exact. */
function holdMs(headers: Headers | undefined): number | undefined {
  const exact = headers?.get('retry-after-ms')?.trim() ?? '';
  const seconds = retryAfter({ headers: { 'retry-after': headers?.get('retry-after') ?? '' } });
  const ms = /^\d{1,12}(\.\d+)?$/.test(exact) ? Number(exact) : seconds && seconds * 1000;
  return ms === undefined ? undefined : Math.min(Math.ceil(ms), LONGEST_HOLD_MS);
}
