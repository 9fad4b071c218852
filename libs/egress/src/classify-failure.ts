// Classifies what ended a call by the closed list of codes.
import { errors } from 'undici';
import { type ResponseHead, EgressError } from './errors.ts';
import type { HttpRequest } from './http-call.ts';
import { NotConnected } from './not-connected.ts';

/** A response is larger than we read. */
export class ResponseTooLarge extends Error {}

/** Codes of undici's own refusals, before anything is sent. */
const NOT_SENT = new Set(['ERR_INVALID_URL', 'UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** The error of a call without a complete response; `head` is that of the response if it had begun. */
export function toEgressError(call: HttpRequest, cause: unknown, head?: ResponseHead): EgressError {
  const what = `calling ${URL.canParse(call.url) ? new URL(call.url).host : 'an invalid URL'}`;
  const options = { cause, ...head };
  if (cause instanceof ResponseTooLarge) {
    return new EgressError('RESPONSE_TOO_LARGE', `${what}: the response is too large`, options);
  }
  if (call.signal?.aborted) return new EgressError('ABORTED', `${what}: aborted by the caller`, options);
  if (cause instanceof NotConnected) return new EgressError(cause.code, `${what}: ${cause.message}`, options);
  const { name, code } = cause as { name?: unknown; code?: unknown };
  const timedOut =
    name === 'TimeoutError' ||
    cause instanceof errors.HeadersTimeoutError ||
    cause instanceof errors.BodyTimeoutError;
  if (timedOut) return new EgressError('TIMEOUT', `${what}: no response in time`, options);
  if (NOT_SENT.has(String(code))) {
    return new EgressError('CONNECTION', `${what}: the connection failed`, options);
  }
  // The request may have arrived, so every unknown error has the more cautious code.
  return new EgressError('RESET', `${what}: the connection ended before the response was complete`, options);
}
