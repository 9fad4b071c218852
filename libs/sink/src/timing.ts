// Every period of the runtime in one place; tests shorten them.

export interface Timing {
  /** First delay of the retry schedule; each next one is twice as long. */
  readonly retrySeconds: number;
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number;
  /** The longest "come back later" that is obeyed. */
  readonly maxAfterSeconds: number;
  /** How long an integration at fault rests before it is tried again. */
  readonly holdSeconds: number;
  /** A row accepted longer ago is dead. */
  readonly maxAgeSeconds: number;
  /** The same while its integration is held or switched off. */
  readonly maxParkedSeconds: number;
  /** A process that is silent for so long loses what it claimed. */
  readonly silenceSeconds: number;
  readonly beatMs: number;
  readonly dueMs: number;
  readonly refreshMs: number;
  readonly expireMs: number;
  readonly announceMs: number;
}

export const timing: Timing = {
  retrySeconds: 2,
  maxAttempts: 3,
  maxAfterSeconds: 24 * 3600,
  holdSeconds: 60,
  maxAgeSeconds: 7 * 24 * 3600,
  maxParkedSeconds: 30 * 24 * 3600,
  silenceSeconds: 10,
  beatMs: 2_000,
  dueMs: 250,
  refreshMs: 2_000,
  expireMs: 60_000,
  announceMs: 60_000,
};
