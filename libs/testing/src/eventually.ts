// Waits for a condition instead of sleeping: the test goes on as soon as the condition holds.

export interface EventuallyOptions {
  /** Default 20,000. */
  readonly deadlineMs?: number;
  /** Pause between two checks; default 25. */
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
