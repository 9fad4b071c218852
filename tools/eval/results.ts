// What is remembered of an evaluation, and whether a later one is worse.
import type { Scores } from './scores.ts';

/** Figures of one facet, to four digits: 0 to 1 each, but for how many there are. */
export interface Result {
  readonly macro_f1: number;
  readonly accuracy: number;
  readonly classes: Readonly<
    Record<
      string,
      { readonly precision: number; readonly recall: number; readonly f1: number; readonly support: number }
    >
  >;
}

/** Results by what was scored: `golden sentiment`, `banking77 category`. */
export type Results = Readonly<Record<string, Result>>;

/** A macro-F1 may fall by so much: less is the luck of single texts. */
export const MAY_FALL = 0.02;
/** Digits beyond the fourth are not compared: 0.80 to 0.78 is a fall by 0.02, whatever binary fractions make of it. */
const DIGITS = 10_000;

export function resultOf({ macroF1, accuracy, classes }: Scores): Result {
  return {
    macro_f1: rounded(macroF1),
    accuracy: rounded(accuracy),
    classes: Object.fromEntries(
      classes.map(({ name, precision, recall, f1, support }) => [
        name,
        { precision: rounded(precision), recall: rounded(recall), f1: rounded(f1), support },
      ]),
    ),
  };
}

export interface Fall {
  readonly what: string;
  readonly was: number;
  /** Undefined: it is no longer scored. */
  readonly is: number | undefined;
}

/**
 * Where macro-F1 fell by more than 0.02 from `accepted` to `now`, or is gone; what is only in `now` is new. What is in
 * `leftOut` was not to be scored this time.
 */
export function fallsOf(
  accepted: Results,
  now: Results,
  leftOut: (what: string) => boolean = () => false,
): Fall[] {
  return Object.entries(accepted)
    .filter(([what]) => !leftOut(what))
    .map(([what, { macro_f1: was }]) => ({ what, was, is: now[what]?.macro_f1 }))
    .filter(({ was, is }) => is === undefined || rounded(was - is) > MAY_FALL);
}

function rounded(share: number): number {
  return Math.round(share * DIGITS) / DIGITS;
}
