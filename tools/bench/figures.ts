// The result of a bench: one measured value, its reference from the same run, and whether the target was met.
import { type Pair, ratios, type Summary, summarise } from './statistics.ts';

/** What is demanded of a figure: of the value itself, or of its ratio to the reference. */
export interface Target {
  readonly of: 'value' | 'ratio';
  readonly at: 'least' | 'most';
  readonly bound: number;
}

export interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: Summary;
  /** Null where nothing is compared. */
  readonly reference: Summary | null;
  readonly ratio: Summary | null;
  readonly target: Target | null;
  /** Null without a target. */
  readonly pass: boolean | null;
}

/** What is measured, before it was. */
export interface Metric {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly target?: Target;
}

export const atLeast = (bound: number): Target => ({ of: 'value', at: 'least', bound });
export const atMost = (bound: number): Target => ({ of: 'value', at: 'most', bound });
export const ratioAtLeast = (bound: number): Target => ({ of: 'ratio', at: 'least', bound });

/** A figure from rounds of ours and the reference. Throws a RangeError when there were none. */
export function compared(metric: Metric, pairs: readonly Pair[]): Figure {
  return figure(metric, summarise(pairs.map(({ ours }) => ours)), {
    reference: summarise(pairs.map(({ reference }) => reference)),
    ratio: ratios(pairs),
  });
}

/** A figure that stands alone. Throws a RangeError when nothing was measured. */
export function alone(metric: Metric, values: readonly number[]): Figure {
  return figure(metric, summarise(values), { reference: null, ratio: null });
}

/** A figure from what was summed up already. */
export function figure(
  { bench, metric, unit, target = undefined }: Metric,
  value: Summary,
  { reference, ratio }: Pick<Figure, 'reference' | 'ratio'>,
): Figure {
  return { bench, metric, unit, value, reference, ratio, target: target ?? null, pass: passes() };

  function passes(): boolean | null {
    if (target === undefined) return null;
    const measured = target.of === 'value' ? value : ratio;
    if (measured === null) throw new RangeError(`judging ${bench} ${metric}: there is no reference`);
    return target.at === 'least' ? measured.median >= target.bound : measured.median <= target.bound;
  }
}
