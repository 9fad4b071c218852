// Counts failed signatures per source address, in a fixed window of one minute and in bounded memory. Signed events are not
// limited.

const WINDOW_MS = 60_000;
const MAX_SOURCES = 10_000;

export class FailureLimiter {
  readonly #limit: number;
  readonly #windows = new Map<string, { until: number; failures: number }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts one failure. Returns the seconds to wait when the source is over its limit, else 0. */
  fail(source: string, now: number): number {
    let window = this.#windows.get(source);
    if (window === undefined || window.until <= now) {
      window = { until: now + WINDOW_MS, failures: 0 };
      this.#windows.delete(source);
      this.#windows.set(source, window);
      this.#forget();
    }
    window.failures += 1;
    return window.failures > this.#limit ? Math.ceil((window.until - now) / 1000) : 0;
  }

  #forget(): void {
    if (this.#windows.size <= MAX_SOURCES) return;
    const oldest = this.#windows.keys().next().value;
    if (oldest !== undefined) this.#windows.delete(oldest);
  }
}
