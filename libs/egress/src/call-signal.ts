// The end of one call: its own deadline, or the caller's signal. `AbortSignal.any` would leave an entry per call at a signal
// that lives as long as the process.
import { setMaxListeners } from 'node:events';

/** Aborted with a `TimeoutError` after `ms`, or when `outer` is; `end` lets go of both. */
export function callSignal(ms: number, outer?: AbortSignal): { readonly signal: AbortSignal; end(): void } {
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
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', stop);
    },
  };
}
