// The end of one call: its own deadline, or the caller's signal. `AbortSignal.any` would leave an entry per call at a signal
// that lives as long as the process.
import { setMaxListeners } from 'node:events';

export interface CallSignal {
  readonly signal: AbortSignal;
  /** Settles as `work` does, or when the call ends before it. */
  within<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

/** Aborted with a `TimeoutError` after `ms`, or when `outer` is; `end` lets go of both. */
export function callSignal(ms: number, outer?: AbortSignal): CallSignal {
  const controller = new AbortController();
  const late = (): void => controller.abort(new DOMException('no answer in time', 'TimeoutError'));
  const stop = (): void => controller.abort(outer?.reason);
  const timer = setTimeout(late, ms);
  if (outer?.aborted) stop();
  else if (outer !== undefined) {
    // As many as there are calls under way, which is no leak.
    setMaxListeners(0, outer);
    outer.addEventListener('abort', stop);
  }
  const { signal } = controller;
  return {
    signal,
    within: (work) =>
      Promise.race([
        work,
        new Promise<never>((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          else signal.addEventListener('abort', () => reject(signal.reason));
        }),
      ]),
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', stop);
    },
  };
}
