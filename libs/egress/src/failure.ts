// Sorts whatever ended a call into the closed list of codes.
import { errors } from 'undici';
import { type AnswerHead, EgressError } from './errors.ts';
import type { HttpRequest } from './http-call.ts';
import { NotConnected } from './not-connected.ts';

/** An answer longer than is read. */
export class ResponseTooLarge extends Error {}

/** The client's own refusals, before anything is sent. */
const NOT_SENT = new Set(['ERR_INVALID_URL', 'UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** The error of a call that ended without a whole answer; `head` is that of an answer that had begun. */
export function egressError(call: HttpRequest, cause: unknown, head?: AnswerHead): EgressError {
  const what = `calling ${URL.canParse(call.url) ? new URL(call.url).host : 'an unreadable URL'}`;
  const options = { cause, ...head };
  if (cause instanceof ResponseTooLarge) {
    return new EgressError('RESPONSE_TOO_LARGE', `${what}: the answer is too large`, options);
  }
  if (call.signal?.aborted)
    return new EgressError('ABORTED', `${what}: given up, the service stops`, options);
  if (cause instanceof NotConnected) return new EgressError(cause.code, `${what}: ${cause.message}`, options);
  const { name, code } = cause as { name?: unknown; code?: unknown };
  const timedOut =
    name === 'TimeoutError' ||
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError;
  if (timedOut) return new EgressError('TIMEOUT', `${what}: no answer in time`, options);
  if (NOT_SENT.has(String(code))) {
    return new EgressError('CONNECTION', `${what}: the connection failed`, options);
  }
  // The request may have arrived: what is not known better is told as the more cautious of the two.
  return new EgressError('RESET', `${what}: the connection ended before the answer did`, options);
}
