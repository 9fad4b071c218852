// The age limit at delivery: a row that is too old when its turn comes gets no attempt and is dead. Rows that only wait are
// expired by the ledger (`expireSql`).
import type { DeliverySettings } from '@switchboard/contracts';
import { type LedgerRow, PARKED_STATUSES } from '@switchboard/ledger';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';
import type { Health } from './health.ts';

/** How long deliveries of an integration may wait, and how long while they are parked. */
export type Ages = Pick<DeliverySettings, 'max_age_seconds' | 'parked_max_age_seconds'>;

/** Rows that leave memory together. */
export interface NextRows {
  /** The rows of one attempt. */
  readonly rows: readonly LedgerRow[];
  /** Rows that are too old. No attempt is made at them. */
  readonly expired: readonly LedgerRow[];
}

/** No row may start now. */
export const NO_ROWS: NextRows = { rows: [], expired: [] };

/**
 * Separates the rows that are too old for an attempt at `wall` (ms since 1970). The age limit of parked rows still
 * applies for a while after their integration works again: for its usual age limit. Without ages no row is too old here.
 */
export function splitExpired(
  taken: readonly LedgerRow[],
  ages: Ages | undefined,
  { status, parkedUntil }: Pick<Health, 'status' | 'parkedUntil'>,
  wall: number,
): NextRows {
  if (ages === undefined) return { rows: taken, expired: [] };
  const usual = wall - ages.max_age_seconds * 1000;
  const parked = PARKED_STATUSES.includes(status) || parkedUntil > usual;
  const oldest = parked ? wall - ages.parked_max_age_seconds * 1000 : usual;
  const isTooOld = ({ replayedAt, acceptedAt }: LedgerRow) => (replayedAt ?? acceptedAt).getTime() < oldest;
  // This runs for each attempt, and a row is hardly ever too old.
  if (!taken.some(isTooOld)) return { rows: taken, expired: [] };
  return { rows: taken.filter((row) => !isTooOld(row)), expired: taken.filter(isTooOld) };
}

/** The outcome of a row that is too old: no attempt is made and none is used up. */
export function expiry(): { readonly result: AttemptResult; readonly disposition: Disposition } {
  return {
    result: {
      kind: 'rejected',
      called: false,
      reason: 'expired',
      reference: null,
      status: null,
      at: new Date(),
      latencyMs: 0,
      request: null,
      answer: null,
    },
    disposition: { kind: 'rejected', state: 'dead', counted: 0, delaySeconds: 0 },
  };
}
