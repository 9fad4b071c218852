// What is remembered of an evaluation, and whether a later one is worse.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
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
  /** Undefined: there is no accepted result. */
  readonly was: number | undefined;
  /** Undefined: it is no longer scored. */
  readonly is: number | undefined;
}

/**
 * Where macro-F1 fell by more than 0.02 from `accepted` to `now`, is gone, or has nothing that it could have fallen from.
 * What is in `leftOut` was not to be scored this time.
 */
export function fallsOf(
  accepted: Results,
  now: Results,
  leftOut: (what: string) => boolean = () => false,
): Fall[] {
  return [...new Set([...Object.keys(accepted), ...Object.keys(now)])]
    .filter((what) => !leftOut(what))
    .map((what) => ({ what, was: accepted[what]?.macro_f1, is: now[what]?.macro_f1 }))
    .filter(({ was, is }) => was === undefined || is === undefined || rounded(was - is) > MAY_FALL);
}

/** A fall in words. */
export function sentenceOf({ what, was, is }: Fall): string {
  if (was === undefined)
    return `${what}: ${ACCEPTED} has no result to compare with; get it back, or --accept writes this one.`;
  return `${what}: macro-F1 fell from ${was} to ${is ?? 'nothing'}.`;
}

/** Where the accepted results are, as they are named to people. */
export const ACCEPTED = 'libs/analysis/training/results.json';

/** Where they are. */
export const acceptedFile = join(import.meta.dirname, 'results.json');

const share = z.number().min(0).max(1);
const figures = z.object({ precision: share, recall: share, f1: share, support: z.int().nonnegative() });
const stored = z.record(
  z.string(),
  z.object({ macro_f1: share, accuracy: share, classes: z.record(z.string(), figures) }),
);

/** The accepted results in `file`, none when it is not there. Throws an Error that names it where it holds something else. */
export function readAccepted(file: string): Results {
  if (!existsSync(file)) return {};
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(`${file} cannot be compared with: get it back, or remove it and --accept\n${why}`, {
      cause,
    });
  }
}

function rounded(share: number): number {
  return Math.round(share * DIGITS) / DIGITS;
}
