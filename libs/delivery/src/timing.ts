// Every period of the runtime in one place; tests shorten them.

export interface Timing {
  /** How long an integration at fault rests before it is tried again. */
  readonly holdSeconds: number;
  /** A row accepted longer ago is dead, where its integration does not say otherwise. */
  readonly maxAgeSeconds: number;
  /** The same while its integration is held or switched off. */
  readonly maxParkedSeconds: number;
  /** A process that is silent for so long loses what it claimed. */
  readonly silenceSeconds: number;
  readonly beatMs: number;
  readonly dueMs: number;
  readonly expireMs: number;
  readonly announceMs: number;
  /** Jobs that people ask for are looked for so often. */
  readonly jobsMs: number;
  readonly healthMs: number;
  /** Partitions of the ledger are looked after so often. */
  readonly upkeepMs: number;
  /** The same after a turn that failed or left something undone. */
  readonly upkeepAgainMs: number;
  /** Finished rows are kept for so many days, dead ones longer. */
  readonly deliveredDays: number;
  readonly deadDays: number;
}

export const timing: Timing = {
  holdSeconds: 60,
  maxAgeSeconds: 7 * 24 * 3600,
  maxParkedSeconds: 30 * 24 * 3600,
  silenceSeconds: 10,
  beatMs: 2_000,
  dueMs: 100,
  expireMs: 60_000,
  announceMs: 60_000,
  jobsMs: 1_000,
  healthMs: 1_000,
  upkeepMs: 3_600_000,
  upkeepAgainMs: 60_000,
  deliveredDays: 30,
  deadDays: 90,
};
