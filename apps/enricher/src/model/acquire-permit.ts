// Gets a permit for a call from the breaker of a key. Waits while a rate limit ends in time.
import type { FallbackReason } from '@switchboard/contracts';
import type { KeyBreaker, Permit } from './key-breaker.ts';

/** A deadline: on the clock of `performance.now()`, and as a signal. */
export interface Deadline {
  readonly until: number;
  readonly signal: AbortSignal;
}

/** A permit for one call, or the reason why there is none. */
export async function acquirePermit(
  breaker: KeyBreaker,
  { signal, until }: Deadline,
): Promise<{ readonly permit: Permit } | { readonly reason: FallbackReason }> {
  for (;;) {
    if (signal.aborted) return { reason: 'deadline' };
    const now = performance.now();
    const acquired = breaker.tryAcquire(now);
    if (acquired.granted) return acquired;
    if (!acquired.wait || acquired.until >= until) return { reason: acquired.reason };
    if (acquired.until <= now) await breaker.probeEnded(signal);
    else if (!(await passed(acquired.until - now, signal))) return { reason: 'deadline' };
  }
}

/** True after `ms` milliseconds; false when `signal` is aborted first. */
function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
