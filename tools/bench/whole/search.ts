// Searches for the highest rate that holds: steps up by a quarter until one fails, then halves the interval between the
// last success and the first failure.

/** How rates are tried. */
export interface Search {
  readonly first: number;
  /** Rates are multiples of this. */
  readonly grain: number;
  readonly most: number;
}

/** The highest rate that `holds`, to a tenth; 0 when not even the first does. */
export async function highest(
  { first, grain, most }: Search,
  holds: (rate: number) => Promise<boolean>,
): Promise<number> {
  const whole = (rate: number) => Math.round(rate / grain) * grain;
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  for (let rate = first; rate <= most; rate = whole(rate * 1.25)) {
    if (!(await holds(rate))) {
      failed = rate;
      break;
    }
    held = rate;
  }
  while (held > 0 && failed - held > Math.max(grain, held * 0.1) && failed !== Number.POSITIVE_INFINITY) {
    const middle = whole((held + failed) / 2);
    if (middle === held || middle === failed) break;
    if (await holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}
