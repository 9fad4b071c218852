// What follows from what a sink said: the state of the row, whether an attempt is used up, when it is due again, and
// what else has to stand still meanwhile.
import type { LedgerRow } from './ledger-row.ts';
import type { Scope } from './lanes.ts';
import type { DeliveryOutcome } from './outcome.ts';
import type { Timing } from './timing.ts';

/** How a try ended: what the sink said, or `threw` (a bug), or `interrupted` (no fault of the row). */
export type TriedKind = DeliveryOutcome['kind'] | 'threw' | 'interrupted';

/** A try at a delivery. */
export interface Tried {
  readonly kind: TriedKind;
  /** Whether the sink ran. */
  readonly called: boolean;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  readonly afterSeconds?: number;
  readonly at: Date;
  readonly latencyMs: number;
}

/** What is done about it. */
export interface Verdict {
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  readonly counted: 0 | 1;
  readonly delaySeconds: number;
  /** What stands still until the verdict is written down; undefined when the lane goes on. */
  readonly halts?: Scope;
}

/** Pause before a row is tried again that was given up through no fault of its own. */
const INTERRUPTED_SECONDS = 1;

/** Judges a try. */
export function judge(row: LedgerRow, tried: Tried, timing: Timing): Verdict {
  switch (tried.kind) {
    case 'delivered':
    case 'skipped':
      return { state: tried.kind, counted: 1, delaySeconds: 0 };
    case 'rejected':
      return { state: 'dead', counted: 1, delaySeconds: 0 };
    case 'broken':
      return { state: 'waiting', counted: 0, delaySeconds: 0, halts: 'integration' };
    case 'interrupted':
      return { state: 'waiting', counted: 0, delaySeconds: INTERRUPTED_SECONDS, halts: 'lane' };
    case 'retry':
    case 'threw': {
      if (tried.afterSeconds !== undefined) {
        const delaySeconds = Math.min(tried.afterSeconds, timing.maxAfterSeconds);
        return { state: 'waiting', counted: 0, delaySeconds, halts: 'lane' };
      }
      const used = row.attempts + 1;
      if (used >= timing.maxAttempts) return { state: 'dead', counted: 1, delaySeconds: 0 };
      return { state: 'waiting', counted: 1, delaySeconds: backoff(used, timing), halts: 'lane' };
    }
  }
}

// Never sooner than the schedule says, and up to a tenth later, so that rows that failed together come back apart.
function backoff(used: number, timing: Timing): number {
  return timing.retrySeconds * 2 ** (used - 1) * (1 + Math.random() / 10);
}
