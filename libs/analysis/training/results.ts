// The accepted results of the evaluation, and whether later results are worse.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Scores } from './scores.ts';

/** The scores of one facet with four decimals, 0 to 1. `support` is the number of texts. */
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

/** The largest accepted fall of a macro-F1. A smaller one may come from single texts. */
export const MAX_FALL = 0.02;
/** Scores are compared with four decimals, so that 0.80 to 0.78 is a fall by exactly 0.02. */
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

/** A macro-F1 that fell too far, or cannot be compared. */
export interface Regression {
  readonly what: string;
  /** Undefined when there is no accepted result. */
  readonly was: number | undefined;
  /** Undefined when it is no longer scored. */
  readonly is: number | undefined;
}

/**
 * The macro-F1 values that fell by more than 0.02 from `accepted` to `now`, or exist in only one of them. `leftOut` names
 * results that were not scored on purpose.
 */
export function regressionsOf(
  accepted: Results,
  now: Results,
  leftOut: (what: string) => boolean = () => false,
): Regression[] {
  return [...new Set([...Object.keys(accepted), ...Object.keys(now)])]
    .filter((what) => !leftOut(what))
    .map((what) => ({ what, was: accepted[what]?.macro_f1, is: now[what]?.macro_f1 }))
    .filter(({ was, is }) => was === undefined || is === undefined || rounded(was - is) > MAX_FALL);
}

/** A regression as a sentence. */
export function describeRegression({ what, was, is }: Regression): string {
  if (was === undefined)
    return `${what}: ${ACCEPTED} has no result to compare with; restore it, or write this one with --accept.`;
  return `${what}: macro-F1 fell from ${was} to ${is ?? 'nothing'}.`;
}

/** The path of the accepted results, for messages. */
export const ACCEPTED = 'libs/analysis/training/results.json';

/** The absolute path of the accepted results. */
export const acceptedFile = join(import.meta.dirname, 'results.json');

const share = z.number().min(0).max(1);
const figures = z.object({ precision: share, recall: share, f1: share, support: z.int().nonnegative() });
const stored = z.record(
  z.string(),
  z.object({ macro_f1: share, accuracy: share, classes: z.record(z.string(), figures) }),
);

/** The accepted results in `file`; none if it does not exist. Throws an Error that names the file if it is invalid. */
export function readAccepted(file: string): Results {
  if (!existsSync(file)) return {};
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`${file} cannot be compared with: restore it, or delete it and use --accept\n${why}`, {
      cause,
    });
  }
}

function rounded(share: number): number {
  return Math.round(share * DIGITS) / DIGITS;
}
