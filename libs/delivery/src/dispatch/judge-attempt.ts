// What follows from the end of one attempt, which is at several rows when they are a batch: for each row, and for the
// integration as a whole.
import type { LedgerRow } from '@switchboard/ledger';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';
import type { IntegrationQueue } from '../queue/integration-queue.ts';
import { readClocks } from '../timing.ts';

/** A row whose attempt has ended. */
export interface JudgedRow {
  readonly row: LedgerRow;
  readonly result: AttemptResult;
  readonly disposition: Disposition;
}

/**
 * Judges each row of an attempt that began at `startedAt`. Lost rows are left out: they belong to another process. Rows of a
 * batch that wait for their next attempt get the same delay, so that a batch that is repeated is due as a whole.
 */
export function judgeRows(
  queue: IntegrationQueue,
  rows: readonly LedgerRow[],
  results: readonly (AttemptResult | 'lost')[],
  startedAt: number,
): JudgedRow[] {
  const judged: JudgedRow[] = [];
  let delay: number | undefined;
  for (const [i, row] of rows.entries()) {
    const result = results[i];
    if (result === undefined || result === 'lost') continue;
    const disposition = queue.judge(row, result, startedAt);
    if (!isScheduled(disposition)) {
      judged.push({ row, result, disposition });
      continue;
    }
    delay ??= disposition.delaySeconds;
    judged.push({ row, result, disposition: { ...disposition, delaySeconds: delay } });
  }
  return judged;
}

/** The row that says most about the integration: first that it is broken or paused, then that it works. */
export function decisiveRow(judged: readonly JudgedRow[]): JudgedRow | undefined {
  return (
    judged.find(({ disposition }) => disposition.kind === 'broken') ??
    judged.find(({ disposition }) => disposition.pauseSeconds !== undefined) ??
    judged.find(({ disposition }) => disposition.kind === 'delivered') ??
    judged[0]
  );
}

/** Updates the integration's health and adaptive limit. True when all its rows in memory must go back to the ledger. */
export function updateHealth(
  { health, adaptive }: IntegrationQueue,
  { result, disposition }: JudgedRow,
  startedAt: number,
): boolean {
  const now = readClocks();
  const reason = result.reason ?? '';
  const isOverloaded = result.status === 429 || result.error === 'timeout';
  if (isOverloaded) adaptive?.narrow(startedAt, now.mono);
  else if (result.called) adaptive?.widen(startedAt, now.mono);
  switch (disposition.kind) {
    case 'delivered':
      health.delivered(startedAt, now);
      return false;
    case 'broken':
      health.broken(startedAt, now, reason);
      return true;
    case 'retry':
      if (disposition.pauseSeconds === undefined) return health.failed(startedAt, now, reason);
      health.pauseRequested(startedAt, now, disposition.pauseSeconds, reason);
      return true;
    case 'rejected':
      health.rejected();
      if (result.status === null) health.undecided(startedAt, result.called);
      else health.answered(startedAt, now);
      return false;
    default:
      health.undecided(startedAt, result.called && disposition.kind !== 'interrupted');
      return false;
  }
}

/** Whether the row waits as its retry schedule says. */
function isScheduled({ state, counted, pauseSeconds }: Disposition): boolean {
  return state === 'waiting' && counted === 1 && pauseSeconds === undefined;
}
