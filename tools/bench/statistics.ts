// Statistics of a few repeated measurements: the median, and the distance of the others from it.

/** One round: ours and the reference, measured one after the other in the same conditions. */
export interface Pair {
  readonly ours: number;
  readonly reference: number;
}

/** The median with the smallest and the largest value. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws a RangeError when nothing was measured or a value is no number. */
export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) throw new RangeError('summing up: nothing was measured');
  if (!sorted.every(Number.isFinite)) throw new RangeError(`summing up: no numbers in ${values.join(', ')}`);
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** Ours by the reference, round by round: what slowed both in one round leaves their ratio alone. */
export function ratios(pairs: readonly Pair[]): Summary {
  return summarise(pairs.map(({ ours, reference }) => ours / reference));
}

/** The value below which this part of all values lies. Throws a RangeError when there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  if (value === undefined) throw new RangeError('taking a percentile: nothing was measured');
  return value;
}

/** So many values must lie beyond a percentile: else it is a maximum by another name. */
const BEYOND = 10;

/** Whether this part of so many values can be told: a p99 needs 1,000. */
export function canTell(count: number, part: number): boolean {
  // Of a thousand values a hundredth is ten, which floating point does not say.
  return Math.round(count * (1 - part) * 1e6) / 1e6 >= BEYOND;
}
