// Writes results as a table for people and as JSON for programs.
import { inColumns } from '../command-line/table.mjs';
import type { Figure, Target } from './figures.ts';
import type { Summary } from './statistics.ts';

/** A figure in the JSON file; numbers are medians, `spread` holds smallest and largest. */
export interface JsonFigure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
  /** As in the table: `>= 0.5x` is asked of the ratio, `<= 25` of the value. */
  readonly target: string | null;
  readonly pass: boolean | null;
  readonly spread: {
    readonly value: readonly [number, number];
    readonly reference: readonly [number, number] | null;
    readonly ratio: readonly [number, number] | null;
  };
}

export function toJson(figure: Figure): JsonFigure {
  const { bench, metric, value, unit, reference, ratio, target, pass } = figure;
  return {
    bench,
    metric,
    value: value.median,
    unit,
    reference: reference?.median ?? null,
    ratio: ratio?.median ?? null,
    target: target && targetText(target),
    pass,
    spread: { value: ends(value), reference: reference && ends(reference), ratio: ratio && ends(ratio) },
  };
}

function ends({ min, max }: Summary): [number, number] {
  return [min, max];
}

/** `>= 0.5x`, `<= 25`. */
function targetText({ of, at, bound }: Target): string {
  return `${at === 'least' ? '>=' : '<='} ${number(bound)}${of === 'ratio' ? 'x' : ''}`;
}

const HEAD = ['bench', 'metric, reference', 'value', 'reference', 'ratio', 'target', 'pass'];
const RIGHT = new Set(['value', 'reference', 'ratio', 'target']);

/** The aligned table, one figure a line. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ bench, metric, unit, value, reference, ratio, target, pass }) => [
    bench,
    metric,
    `${withSpread(value)} ${unit}`,
    reference ? withSpread(reference) : '',
    ratio ? withSpread(ratio, 'x') : '',
    target ? targetText(target) : '',
    pass === null ? '' : pass ? 'yes' : 'NO',
  ]);
  return inColumns([HEAD, ...rows], (column) => RIGHT.has(HEAD[column] ?? '')).join('\n');
}

function withSpread({ median, min, max }: Summary, sign = ''): string {
  if (min === max) return `${number(median)}${sign}`;
  return `${number(median)}${sign} (${number(min)} to ${number(max)})`;
}

/** Three digits that count, whole numbers from a hundred on. */
function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
