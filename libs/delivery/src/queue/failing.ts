// An integration that failed everything for days is switched off, and its owner hears of it in time to mend it. Two
// failures days apart are no such thing: between them nobody knows whether it worked.

/** Shares of the time until it is disabled at which its owner is told, in percent. At the last one it is disabled. */
export const FAILING_THRESHOLDS = [50, 70, 90, 100] as const;

export type FailingThreshold = (typeof FAILING_THRESHOLDS)[number];

/** Failed attempts that each part of the time, from one threshold to the next, must have. */
export const PART_FAILURES = 3;

/** An integration whose last success lies before its last failure. Times are wall-clock seconds. */
export interface Failing {
  /** Its first failure after its last success, or after a part of the time with too few of them. */
  readonly failingSince: number;
  /** The largest threshold its owner was told of; 0 before the first. */
  readonly told: number;
  /** Failures since then, counted up to PART_FAILURES. */
  readonly failures: number;
}

/**
 * What a further failure makes of it, and which threshold it crosses. `failing` is the object given when there is nothing
 * new to store. A success ends all of it. Where a part of the time had too few failures, the time begins anew: silence is
 * no failure.
 */
export function afterFailure(
  before: Failing | undefined,
  now: number,
  disableAfterSeconds: number,
): { failing: Failing; crossed: FailingThreshold | undefined } {
  const anew = { failing: { failingSince: now, told: 0, failures: 1 }, crossed: undefined };
  if (before === undefined) return anew;
  const percent = (100 * (now - before.failingSince)) / disableAfterSeconds;
  const passed = FAILING_THRESHOLDS.filter((threshold) => threshold > before.told && percent >= threshold);
  const [crossed] = passed;
  if (crossed !== undefined) {
    if (passed.length > 1 || before.failures < PART_FAILURES) return anew;
    return { failing: { ...before, told: crossed, failures: 1 }, crossed };
  }
  const failures = Math.min(PART_FAILURES, before.failures + 1);
  return { failing: failures === before.failures ? before : { ...before, failures }, crossed };
}
