// Waiting that can be called off, and how long to wait before the n-th retry.

/** True after `ms`, false as soon as the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
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
