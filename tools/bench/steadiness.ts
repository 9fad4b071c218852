// Decides when a program is warm: its rate no longer changes. Before that it joins a group and compiles its code; how
// long this takes differs, and a JVM needs longer than Node.

/** How much had been done at a moment. */
export interface Progress {
  /** By `performance.now()`, in ms. */
  readonly at: number;
  readonly done: number;
}

export interface Rule {
  /** Length of the stretches that are compared, in ms. */
  readonly windowMs: number;
  /** So many stretches in a row make a group; two groups are compared. */
  readonly windows: number;
  /** How far a stretch of the last group may lie from the group's mean, as a share of it. */
  readonly spread: number;
  /** By how much the last group may be faster than the one before. */
  readonly growth: number;
}

export const steadyRule: Rule = { windowMs: 1_500, windows: 4, spread: 0.15, growth: 0.05 };

/**
 * Whether the rate is steady at the end of these samples: the last stretches lie close to their mean, and that mean is
 * hardly above the one of the stretches before. Too few samples: not steady.
 */
export function isSteady(samples: readonly Progress[], rule: Rule = steadyRule): boolean {
  const { windowMs, windows, spread, growth } = rule;
  const end = samples.at(-1);
  if (end === undefined) return false;
  const edges = Array.from({ length: 2 * windows + 1 }, (_, index) => {
    const wanted = end.at - index * windowMs;
    return samples.findLast(({ at }) => at <= wanted);
  });
  const rates: number[] = [];
  for (let index = 0; index < 2 * windows; index += 1) {
    const [later, earlier] = [edges[index], edges[index + 1]];
    if (later === undefined || earlier === undefined || later.at === earlier.at) return false;
    rates.push((later.done - earlier.done) / (later.at - earlier.at));
  }
  const [last, before] = [rates.slice(0, windows), rates.slice(windows)];
  const [mean, earlier] = [meanOf(last), meanOf(before)];
  if (mean <= 0) return false;
  return last.every((rate) => Math.abs(rate - mean) <= spread * mean) && mean <= earlier * (1 + growth);
}

function meanOf(rates: readonly number[]): number {
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}
