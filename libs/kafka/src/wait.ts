// Waiting that can be called off, and how long to wait before the n-th retry.

/** True after `ms`, false as soon as the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const others = waitsFor(signal);
    const end = (whole: boolean): void => {
      clearTimeout(timer);
      others.delete(stop);
      resolve(whole);
    };
    const stop = (): void => end(false);
    const timer = setTimeout(end, ms, true);
    others.add(stop);
  });
}

/**
 * Those who wait for one signal. All records of a partition may do so at once, and Node warns of a leak from the eleventh
 * listener on: there is one for all of them, and none when nobody waits.
 */
class Waits {
  readonly #stops = new Set<() => void>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(stop: () => void): void {
    if (this.#stops.size === 0) this.#signal.addEventListener('abort', this.#stopAll);
    this.#stops.add(stop);
  }

  delete(stop: () => void): void {
    this.#stops.delete(stop);
    if (this.#stops.size === 0) this.#signal.removeEventListener('abort', this.#stopAll);
  }

  readonly #stopAll = (): void => {
    for (const stop of this.#stops) stop();
  };
}

const waits = new WeakMap<AbortSignal, Waits>();

function waitsFor(signal: AbortSignal): Waits {
  const known = waits.get(signal) ?? new Waits(signal);
  waits.set(signal, known);
  return known;
}

/** The pause before retry `retry` (0, 1, 2, ...): doubled each time up to `most`. */
export function backoff(retry: number, first: number, most: number): number {
  return Math.min(most, first * 2 ** Math.min(retry, 30));
}

/** True when the promise settled within `ms`; a rejection is thrown on, unless it comes too late. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
