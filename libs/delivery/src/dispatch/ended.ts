// How a call ended for each of its rows, and for the integration as a whole.
import type { LedgerRow } from '@switchboard/ledger';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';

/** A row's end of a call. */
export interface Ended {
  readonly row: LedgerRow;
  readonly result: AttemptResult;
  readonly disposition: Disposition;
}

/**
 * Judges what came of each row; lost ones belong to others. Rows of one call that wait by the schedule wait equally long:
 * a batch that is kept is due as a whole.
 */
export function judgeAll(
  rows: readonly LedgerRow[],
  tries: readonly (AttemptResult | 'lost')[],
  judge: (row: LedgerRow, result: AttemptResult) => Disposition,
): Ended[] {
  const ended: Ended[] = [];
  let delay: number | undefined;
  for (const [i, row] of rows.entries()) {
    const result = tries[i];
    if (result === undefined || result === 'lost') continue;
    const disposition = judge(row, result);
    if (!isScheduled(disposition)) {
      ended.push({ row, result, disposition });
      continue;
    }
    delay ??= disposition.delaySeconds;
    ended.push({ row, result, disposition: { ...disposition, delaySeconds: delay } });
  }
  return ended;
}

/** The row whose end says most about the integration: trouble of all first, then that it works. */
export function callOf(ended: readonly Ended[]): Ended | undefined {
  return (
    ended.find(({ disposition }) => disposition.kind === 'broken') ??
    ended.find(({ disposition }) => disposition.pauseSeconds !== undefined) ??
    ended.find(({ disposition }) => disposition.kind === 'delivered') ??
    ended[0]
  );
}

function isScheduled({ state, counted, pauseSeconds }: Disposition): boolean {
  return state === 'waiting' && counted === 1 && pauseSeconds === undefined;
}
