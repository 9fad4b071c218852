// A forced replay is to have its effect once more, so it goes out under another idempotency key. How often a delivery was
// forced stands among its steps, under a name of ours.

/** The reserved name. */
export const FORCED = '#forced';

/** How often the delivery was forced; undefined when never. */
export function forcedOf(steps: Readonly<Record<string, unknown>>): number | undefined {
  const times = steps[FORCED];
  return typeof times === 'number' ? times : undefined;
}

/** The steps that are left when a delivery is forced once more: none of them done, under the next key. */
export function forcedAnew(steps: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { [FORCED]: (forcedOf(steps) ?? 0) + 1 };
}
