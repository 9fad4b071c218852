// What was observed in one run: every call of every delivery as its process saw it, the rows at the end, and when
// processes lost slots. Observations have sequential numbers in place of times.

/** What a call came to, as far as its process learned. */
export type CallResult = 'taken' | 'failed' | 'paused' | 'broken' | 'rejected' | 'unclear';

/** One call to the vendor. */
export interface Call {
  readonly life: number;
  readonly integration: string;
  /** Number of the event in its plan. */
  readonly event: number;
  /** `only` for a delivery of one call, else `one` or `two`. */
  readonly step: 'only' | 'one' | 'two';
  readonly idempotencyKey: string;
  readonly begun: number;
  /** Absent where the process did not live to see it. */
  ended?: number;
  result?: CallResult;
}

/** One process, and the moments from which it may have lost what it owned: a death, a silence. */
export interface Life {
  readonly losses: readonly number[];
}

/** An event of the plan. Its number is its place among all events. */
export interface PlannedEvent {
  readonly id: string;
  readonly partition: number;
  readonly orderingKey: string;
}

/** A row of the ledger at the end. */
export interface EndRow {
  readonly event: string;
  readonly integration: string;
  readonly state: string;
}

export interface History {
  readonly events: readonly PlannedEvent[];
  readonly integrations: readonly string[];
  readonly calls: readonly Call[];
  readonly lives: readonly Life[];
  readonly rows: readonly EndRow[];
  /** Taking events in threw something else than trouble of our own, or waiting did not end. */
  readonly faults: readonly string[];
}
