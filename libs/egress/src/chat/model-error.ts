// Why a model gave no usable answer, classified by what it means for the next call. Source of the API's error codes: OpenAI's
// guide and its published API description.
import type { APIError } from 'openai';
import { z } from 'zod';
import type { EgressError } from '../errors.ts';
import { retryAfter } from '../retry-after.ts';

/**
 * A closed list.
 * - `timeout`, `unreachable`, `server`: the server fails or cannot be reached.
 * - `rate_limited`: too many questions. `retryAfterMs` says when to ask again, if the server says it.
 * - `quota`, `credentials`: the account's quota is used up, or the key is refused. A person must solve it.
 * - `refused`: this question gets no answer, now or later.
 * - `invalid_answer`: the answer is not of the form asked for, or it is incomplete.
 * - `too_long`: the answer reached its token limit before it ended; reasoning models do that more often.
 * - `aborted`: the caller aborted the call.
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

/** Tokens, as the server counts them. */
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

const ADVICE: Readonly<Record<ModelErrorCode, string>> = {
  timeout: 'check whether its server is slow, or allow more time',
  unreachable: 'check the base URL, and that its server is up',
  server: 'ask again later',
  rate_limited: 'ask again later and less often',
  quota: 'check the balance and the limits of the account',
  credentials: 'check that the key is right and may use the model',
  refused:
    'continue without an answer; if it always happens, check that the model exists (OPENAI_MODEL) and accepts all parameters (MODEL_OMIT)',
  invalid_answer: 'ask again; if it always happens, check that the model supports structured outputs',
  too_long: 'allow longer answers (MODEL_ANSWER_TOKENS); reasoning models need that',
  aborted: 'nothing to do; the caller aborted the call',
};

/** A question without a usable answer. The message quotes only codes of the server, and no other text of server or model. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  /** Milliseconds until the server accepts another question, at most an hour; undefined when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** Undefined when the server does not report it. */
  readonly usage: Usage | undefined;
  /** Whether the server charges for it. */
  readonly billed: boolean | 'unknown';
  /** The same question may get a usable answer. */
  readonly again: boolean;
  /** Every question would fail like this: a setting is wrong, not the question. */
  readonly everyQuestion: boolean;

  constructor(code: ModelErrorCode, what: string, options: ModelErrorOptions) {
    super(`asking the model: ${what}; ${ADVICE[code]}`, options);
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
/** Codes of an account whose quota is used up, with any status. */
const QUOTA = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
]);
const MAX_RETRY_AFTER_MS = 60 * 60_000;
/** Codes of calls that never reached the model's server. */
const NOT_SENT: ReadonlySet<string> = new Set(['REFUSED_ADDRESS', 'DNS', 'TLS', 'CONNECTION']);

/** The error of a call without a complete response. */
export function errorWithoutAnswer(error: EgressError): ModelError {
  const { code } = error;
  const billed = NOT_SENT.has(code) ? false : 'unknown';
  // The signal that ends a call here is that of its time limit.
  if (code === 'TIMEOUT' || code === 'ABORTED')
    return new ModelError('timeout', 'no response in time', { cause: error, billed });
  if (code === 'RESPONSE_TOO_LARGE')
    return new ModelError('invalid_answer', 'the response is too large', { cause: error, billed });
  return new ModelError('unreachable', `no response (${code})`, { cause: error, billed });
}

/** The error of a response with an error status; `parameter` is the parameter that the server refuses, if it is one of ours. */
export function refusalError(
  { status, headers, code, type, error }: APIError,
  parameter?: string | undefined,
): ModelError {
  const codes = [code, type].filter((one): one is string => typeof one === 'string');
  // There is no `cause`: it would quote the server's text, which may quote our request: part of a key, words of a customer.
  const shortCode = codes.find((one) => /^[a-z_]{1,60}$/.test(one));
  const details = [shortCode, parameter].filter((one) => one !== undefined).join(', ');
  const what = `status ${status}${details === '' ? '' : ` (${details})`}`;
  const kind = status === 403 && isModeration(error) ? 'refused' : codeOf(status ?? 0, codes);
  return new ModelError(kind, what, {
    billed: kind === 'server' ? 'unknown' : false,
    // The model or the URL does not exist, or the server refuses a parameter of every question.
    everyQuestion: kind === 'refused' && (status === 404 || parameter !== undefined),
    retryAfterMs: retryAfterMs(headers),
  });
}

/** Gateways answer 403 also for a flagged text. The key is still valid then. */
function isModeration(error: unknown): boolean {
  const { data } = moderation.safeParse(error);
  return data !== undefined;
}

function codeOf(status: number, codes: readonly string[]): ModelErrorCode {
  if (status >= 500 || status === 408 || status === 409) return 'server';
  if (status === 402 || codes.some((one) => QUOTA.has(one))) return 'quota';
  if (status === 401 || status === 403) return 'credentials';
  return status === 429 ? 'rate_limited' : 'refused';
}

/** `retry-after-ms` is OpenAI's own header and more exact. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const exact = headers?.get('retry-after-ms')?.trim() ?? '';
  const seconds = retryAfter({ headers: { 'retry-after': headers?.get('retry-after') ?? '' } });
  const ms = /^\d{1,12}(\.\d+)?$/.test(exact) ? Number(exact) : seconds && seconds * 1000;
  return ms === undefined ? undefined : Math.min(Math.ceil(ms), MAX_RETRY_AFTER_MS);
}
