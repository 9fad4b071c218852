// Formats scores as aligned tables.
import type { Group } from './cross-validation.ts';
import type { FacetScore } from './score-golden.ts';
import type { Scores, Prediction } from './scores.ts';
import type { Figure, Speed } from './speed.ts';

const MAX_PAIRS = 6;

/** Formats rows, the first one as header. The first column is aligned to the left, the others to the right. */
export function table(rows: ReadonlyArray<readonly string[]>): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Precision, recall and F1 of each class, and the macro-F1. */
export function scoreTable(name: string, { classes, macroF1, accuracy }: Scores): string {
  const support = classes.reduce((sum, one) => sum + one.support, 0);
  return table([
    [name, 'precision', 'recall', 'F1', 'texts'],
    ...classes.map((one) => [
      one.name,
      three(one.precision),
      three(one.recall),
      three(one.f1),
      `${one.support}`,
    ]),
    ['macro', '', '', three(macroF1), `${support}`],
    ['right', '', '', three(accuracy), ''],
  ]);
}

/** The most frequent wrong predictions. */
export function commonConfusions(predictions: readonly Prediction[]): string {
  const pairs = new Map<string, number>();
  for (const { expected, predicted } of predictions) {
    const pair = `${expected} taken for ${predicted}`;
    if (expected !== predicted) pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  const worst = [...pairs].sort(([, a], [, b]) => b - a).slice(0, MAX_PAIRS);
  return worst.map(([pair, times]) => `${pair}: ${times}`).join('; ');
}

/** The agreement of the two passes of labelling. */
export function agreementTable(scores: readonly FacetScore[]): string {
  return table([
    ['agreement of the passes', 'share', 'kappa'],
    ...scores.map(({ facet, agreement: { share, kappa } }) => [facet, three(share), three(kappa)]),
  ]);
}

/** Macro-F1 by facet for several parts of the golden set. */
export function partsTable(parts: ReadonlyArray<readonly [string, readonly FacetScore[]]>): string {
  const names = parts[0]?.[1].map(({ facet }) => facet) ?? [];
  return table([
    ['macro-F1 of', ...names],
    ...parts.map(([name, scores]) => [name, ...scores.map(({ scores: { macroF1 } }) => three(macroF1))]),
  ]);
}

export function groupTable(groups: readonly Group[]): string {
  return table([
    ['group', 'rows', 'share'],
    ...groups.map(({ category, rows, share }) => [category, `${rows}`, `${(share * 100).toFixed(1)} %`]),
  ]);
}

export function speedTable({ whole, lexicon }: Speed): string {
  const row = (name: string, { median, from, to }: Figure) => [name, `${median}`, `${from} to ${to}`];
  return table([
    ['short messages per second of one core', 'median', 'rounds'],
    row('the whole analyser', whole),
    row('its lexicon alone, for sentiment', lexicon),
  ]);
}

function three(share: number): string {
  return share.toFixed(3);
}
