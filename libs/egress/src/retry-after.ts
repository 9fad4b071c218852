// Parses `Retry-After`, for all callers.
import type { HttpReply } from './http-call.ts';

/** `Retry-After` in seconds from `now`. The header is in seconds or an HTTP date. Undefined when absent or invalid. */
export function retryAfter(reply: Pick<HttpReply, 'headers'>, now = Date.now()): number | undefined {
  const text = reply.headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return Number(text);
  // Date.parse accepts almost anything, but an HTTP date starts with the name of a day.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
