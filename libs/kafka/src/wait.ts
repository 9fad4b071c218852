// Cancellable waiting, and how long to wait before the n-th retry.

/** True after `ms`; false as soon as the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const callbacks = callbacksOf(signal);
    const end = (elapsed: boolean): void => {
      clearTimeout(timer);
      callbacks.delete(cancel);
      resolve(elapsed);
    };
    const cancel = (): void => end(false);
    const timer = setTimeout(end, ms, true);
    callbacks.add(cancel);
  });
}

/**
 * The callbacks that wait for one signal. All records of a partition may wait at once, and Node warns of a leak from the
 * eleventh listener on. So there is one listener for all of them, and none when nobody waits.
 */
class AbortCallbacks {
  readonly #callbacks = new Set<() => void>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(callback: () => void): void {
    if (this.#callbacks.size === 0) this.#signal.addEventListener('abort', this.#callAll);
    this.#callbacks.add(callback);
  }

  delete(callback: () => void): void {
    this.#callbacks.delete(callback);
    if (this.#callbacks.size === 0) this.#signal.removeEventListener('abort', this.#callAll);
  }

  readonly #callAll = (): void => {
    for (const callback of this.#callbacks) callback();
  };
}

const callbacksBySignal = new WeakMap<AbortSignal, AbortCallbacks>();

function callbacksOf(signal: AbortSignal): AbortCallbacks {
  const known = callbacksBySignal.get(signal) ?? new AbortCallbacks(signal);
  callbacksBySignal.set(signal, known);
  return known;
}

/** The pause before retry `retry` (0, 1, 2, ...) in ms: doubled each time up to `maxMs`. */
export function backoff(retry: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(retry, 30));
}

/** True when the promise settled within `ms`. A rejection within that time is thrown; a later one is ignored. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), false);
  });
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
