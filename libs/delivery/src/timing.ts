// Time in the runtime: every period in one place, and the two clocks. Specs shorten the periods.

/** The periods of the runtime. */
export interface Timing {
  /** Seconds between two probes of a broken integration. */
  readonly holdSeconds: number;
  /** A waiting row that was accepted longer ago is dead, unless its integration sets another limit. */
  readonly maxAgeSeconds: number;
  /** The same limit for parked rows. */
  readonly maxParkedSeconds: number;
  /** A process that sends no heartbeat for so long loses what it claimed. */
  readonly silenceSeconds: number;
  /** Heartbeats, and turns of ownership. */
  readonly beatMs: number;
  /** Looks for due rows. */
  readonly dueMs: number;
  /** Looks for rows that have waited too long. */
  readonly expireMs: number;
  /** Writes of the catalogue of sinks. */
  readonly announceMs: number;
  /** Looks for jobs. */
  readonly jobsMs: number;
  /** Writes of the health of integrations. */
  readonly healthMs: number;
  /** Maintenance of the ledger's partitions. */
  readonly upkeepMs: number;
  /** The same after a turn that failed or left something undone. */
  readonly upkeepAgainMs: number;
  /** A loop that fails for so long without a success is reported. */
  readonly loopTroubleMs: number;
  /** Days for which delivered rows are kept. */
  readonly deliveredDays: number;
  /** Days for which dead rows are kept. */
  readonly deadDays: number;
}

/** The periods of a process in production. */
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
  loopTroubleMs: 60_000,
  deliveredDays: 30,
  deadDays: 90,
};

/** The present time: `mono` for periods (ms of a clock that nobody sets), `wall` for what is stored (ms since 1970). */
export interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** Reads both clocks. */
export function readClocks(): Now {
  return { mono: performance.now(), wall: Date.now() };
}
