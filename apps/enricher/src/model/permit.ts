// Leave to call the model with one key: at once, after a rate limit that ends in time, or not at all.
import type { FallbackReason } from '@switchboard/contracts';
import type { Circuit } from './circuit.ts';

/** Until when an event can wait: on the clock of `performance.now()`, and as a signal. */
export interface Time {
  readonly until: number;
  readonly signal: AbortSignal;
}

/** Undefined when a call may begin, else why not. */
export async function permit(circuit: Circuit, { signal, until }: Time): Promise<FallbackReason | undefined> {
  for (;;) {
    if (signal.aborted) return 'deadline';
    const now = performance.now();
    const given = circuit.ask(now);
    if (given.may) return undefined;
    if (!given.wait || given.until >= until) return given.reason;
    if (!(await passed(given.until - now, signal))) return 'deadline';
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
