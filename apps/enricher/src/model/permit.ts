// The permission to call the model with one key: at once, after a rate limit that ends in time, or not at all.
import type { FallbackReason } from '@switchboard/contracts';
import type { Circuit, Leave } from './circuit.ts';

/** Until when an event can wait: on the clock of `performance.now()`, and as a signal. */
export interface Time {
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Leave for a call, or why there is none. */
export async function permit(
  circuit: Circuit,
  { signal, until }: Time,
): Promise<{ readonly leave: Leave } | { readonly refusal: FallbackReason }> {
  for (;;) {
    if (signal.aborted) return { refusal: 'deadline' };
    const now = performance.now();
    const given = circuit.ask(now);
    if (given.may) return given;
    if (!given.wait || given.until >= until) return { refusal: given.reason };
    if (given.until <= now) await circuit.decided(signal);
    else if (!(await passed(given.until - now, signal))) return { refusal: 'deadline' };
  }
}

/** True when so much time has passed; false when `signal` came first. */
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
