// How long a 429 asks to wait.

const DEFAULT_MS = 1_000;
const LONGEST_MS = 60 * 60 * 1000;

/** Milliseconds a `Retry-After` header (seconds or a date) asks for; a second when it says nothing, an hour at most. */
export function retryAfterMs(header: string | undefined, now: number): number {
  const text = header?.trim() ?? '';
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_MS) : DEFAULT_MS;
}
