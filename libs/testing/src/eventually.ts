// Waiting for a condition instead of sleeping: a test goes on the moment it holds and fails with its last reason.

export interface EventuallyOptions {
  /** Default 20,000. */
  readonly deadlineMs?: number;
  /** Pause between tries; default 25. */
  readonly everyMs?: number;
}

/** Repeats `check` until it stops throwing and returns its value; at the deadline throws its last error. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  const until = performance.now() + (options.deadlineMs ?? 20_000);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
  }
}
