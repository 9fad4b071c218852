// How a call ended for each of its rows, and for the integration as a whole.
import type { LedgerRow } from '@switchboard/ledger';
import type { Tried, Verdict } from '../attempt/verdict.ts';

/** A row's end of a call. */
export interface Ended {
  readonly row: LedgerRow;
  readonly tried: Tried;
  readonly verdict: Verdict;
}

/**
 * Judges what came of each row; lost ones belong to others. Rows of one call that wait by the schedule wait equally long:
 * a batch that is kept is due as a whole.
 */
export function judgeAll(
  rows: readonly LedgerRow[],
  tries: readonly (Tried | 'lost')[],
  judge: (row: LedgerRow, tried: Tried) => Verdict,
): Ended[] {
  const ended: Ended[] = [];
  let delay: number | undefined;
  for (const [i, row] of rows.entries()) {
    const tried = tries[i];
    if (tried === undefined || tried === 'lost') continue;
    const verdict = judge(row, tried);
    if (!isScheduled(verdict)) {
      ended.push({ row, tried, verdict });
      continue;
    }
    delay ??= verdict.delaySeconds;
    ended.push({ row, tried, verdict: { ...verdict, delaySeconds: delay } });
  }
  return ended;
}

/** The row whose end says most about the integration: trouble of all first, then that it works. */
export function callOf(ended: readonly Ended[]): Ended | undefined {
  return (
    ended.find(({ verdict }) => verdict.kind === 'broken') ??
    ended.find(({ verdict }) => verdict.pauseSeconds !== undefined) ??
    ended.find(({ verdict }) => verdict.kind === 'delivered') ??
    ended[0]
  );
}

function isScheduled({ state, counted, pauseSeconds }: Verdict): boolean {
  return state === 'waiting' && counted === 1 && pauseSeconds === undefined;
}
