// Limits concurrent calls. The number of callers that may wait is limited too, and each one waits until its own deadline.

export class ConcurrencyLimit {
  private running = 0;
  private readonly waiters = new Set<() => void>();

  /** At most `maxRunning` callers run and `maxWaiting` wait. */
  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** How many callers wait; undefined when the next caller need not wait. */
  get waiting(): number | undefined {
    return this.running < this.maxRunning ? undefined : this.waiters.size;
  }

  /**
   * Resolves to true when the caller may run; it must call `release` then. Resolves to false when too many wait already, or
   * when `signal` is aborted first.
   */
  acquire(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.running < this.maxRunning) {
      this.running += 1;
      return Promise.resolve(true);
    }
    if (this.waiters.size >= this.maxWaiting) return Promise.resolve(false);
    return new Promise((resolve) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.waiters.delete(start);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiters.add(start);
    });
  }

  /** Ends one run. The caller that has waited longest starts. */
  release(): void {
    const [next] = this.waiters;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    this.waiters.delete(next);
    next();
  }
}
