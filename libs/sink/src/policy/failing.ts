// An integration that failed everything for days is switched off, and its owner hears of it in time to mend it.

/** Shares of the time until it is disabled at which its owner is told, in percent. At the last one it is disabled. */
export const FAILING_THRESHOLDS = [50, 70, 90, 100] as const;

export type FailingThreshold = (typeof FAILING_THRESHOLDS)[number];

/** An integration whose last success lies before its last failure. Times are wall-clock seconds. */
export interface Failing {
  /** Its first failure after its last success. */
  readonly failingSince: number;
  /** The largest threshold its owner was told of; 0 before the first. */
  readonly told: number;
}

/**
 * What a further failure makes of it, and which thresholds it crosses, in order. `failing` is the object given when
 * there is nothing new to store. A success ends all of it. Asked only when something failed: silence is no failure.
 */
export function afterFailure(
  before: Failing | undefined,
  now: number,
  disableAfterSeconds: number,
): { failing: Failing; crossed: readonly FailingThreshold[] } {
  if (before === undefined) return { failing: { failingSince: now, told: 0 }, crossed: [] };
  const percent = (100 * (now - before.failingSince)) / disableAfterSeconds;
  const crossed = FAILING_THRESHOLDS.filter((threshold) => threshold > before.told && percent >= threshold);
  const told = crossed.at(-1);
  return { failing: told === undefined ? before : { ...before, told }, crossed };
}
