// When waiting ends: what is too old when its turn comes is given up, as the ledger gives up what only waits (`expireSql`).
import type { DeliverySettings } from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import type { AttemptResult } from '../attempt/attempt-result.ts';
import type { Disposition } from '../attempt/disposition.ts';
import type { Health } from './health.ts';

/** How long deliveries of an integration may wait, and how long while it stands still. */
export type Ages = Pick<DeliverySettings, 'max_age_seconds' | 'parked_max_age_seconds'>;

/** Rows that leave memory together. */
export interface Next {
  /** Those of one call. */
  readonly rows: readonly LedgerRow[];
  /** Those that waited too long: no call is made for them. */
  readonly expired: readonly LedgerRow[];
}

export const NOTHING: Next = { rows: [], expired: [] };

const STANDING: readonly Health['status'][] = ['open', 'broken', 'disabled'];

/**
 * Sorts rows by whether they are too old for a call at `wall` (ms since 1970). The age limit of parked rows also applies
 * for a while after their integration works again: for its usual age limit. Without ages nothing is too old here.
 */
export function byAge(
  taken: readonly LedgerRow[],
  ages: Ages | undefined,
  { status, parkedUntil }: Pick<Health, 'status' | 'parkedUntil'>,
  wall: number,
): Next {
  if (ages === undefined) return { rows: taken, expired: [] };
  const usual = wall - ages.max_age_seconds * 1000;
  const parked = STANDING.includes(status) || parkedUntil > usual;
  const oldest = parked ? wall - ages.parked_max_age_seconds * 1000 : usual;
  const isTooOld = ({ replayedAt, acceptedAt }: LedgerRow) => (replayedAt ?? acceptedAt).getTime() < oldest;
  // Hardly ever one is, and this is asked for each call.
  if (!taken.some(isTooOld)) return { rows: taken, expired: [] };
  return { rows: taken.filter((row) => !isTooOld(row)), expired: taken.filter(isTooOld) };
}

/** The end of a row that is too old: no attempt, and none used up. */
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
