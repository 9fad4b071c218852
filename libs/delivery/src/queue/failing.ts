// Switches off an integration that only failed for days, and notifies its tenant in time to fix it. Two failures that are
// days apart do not count as failing all the time: nobody knows whether it worked between them.

/** Percentages of the time limit at which the tenant is notified. At the last one the integration is disabled. */
export const FAILING_THRESHOLDS = [50, 70, 90, 100] as const;

export type FailingThreshold = (typeof FAILING_THRESHOLDS)[number];

/** Failed attempts that each part of the time needs. A part reaches from one threshold to the next. */
export const PART_FAILURES = 3;

/** An integration that failed last. Times are wall-clock seconds. */
export interface Failing {
  /** Its first failure after its last success, or after a part of the time with too few failures. */
  readonly failingSince: number;
  /** The highest threshold that the tenant was notified of; 0 before the first. */
  readonly notified: number;
  /** Failures in the present part, counted up to PART_FAILURES. */
  readonly failures: number;
}

/**
 * The state after one more failure, and the threshold that this failure crosses. `failing` is the object given when
 * nothing new has to be stored. A success ends the state. A part of the time with too few failures starts it anew:
 * silence is no failure.
 */
export function afterFailure(
  before: Failing | undefined,
  now: number,
  disableAfterSeconds: number,
): { failing: Failing; crossed: FailingThreshold | undefined } {
  const anew = { failing: { failingSince: now, notified: 0, failures: 1 }, crossed: undefined };
  if (before === undefined) return anew;
  const percent = (100 * (now - before.failingSince)) / disableAfterSeconds;
  const passed = FAILING_THRESHOLDS.filter(
    (threshold) => threshold > before.notified && percent >= threshold,
  );
  const [crossed] = passed;
  if (crossed !== undefined) {
    if (passed.length > 1 || before.failures < PART_FAILURES) return anew;
    return { failing: { ...before, notified: crossed, failures: 1 }, crossed };
  }
  const failures = Math.min(PART_FAILURES, before.failures + 1);
  return { failing: failures === before.failures ? before : { ...before, failures }, crossed };
}
