// The two clocks that periods and moments are told by.

/** Two clocks: `mono` for periods (ms, of a clock that no one sets), `wall` for what is stored (ms since 1970). */
export interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** Reads both clocks. */
export function readClocks(): Now {
  return { mono: performance.now(), wall: Date.now() };
}
