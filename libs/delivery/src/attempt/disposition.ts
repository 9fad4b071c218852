// What follows from what a sink said: the state of the row, whether an attempt is used up, when it is due again, and
// whether the rows behind it wait with it.
import type { DeliverySettings, ErrorKind } from '@switchboard/contracts';
import { type Asked, type LedgerRow, THROWN } from '@switchboard/ledger';
import type { DeliveryOutcome } from '@switchboard/sink';
import { fateOf, nextDelay, pauseSeconds } from './retry-policy.ts';

/** How a try ended: what the sink said, or `threw` (a bug), or `interrupted` (no fault of the row). */
export type AttemptKind = DeliveryOutcome['kind'] | 'threw' | 'interrupted';

/** A try at a delivery. */
export interface AttemptResult {
  readonly kind: AttemptKind;
  /** Whether the sink ran, and was not kept from its first call by credentials that could not be had. */
  readonly called: boolean;
  readonly reason: string | null;
  readonly reference: string | null;
  readonly status: number | null;
  /** Why there was no whole answer. */
  readonly error?: ErrorKind;
  readonly afterSeconds?: number;
  readonly at: Date;
  readonly latencyMs: number;
  /** The last request, and the beginning of its answer. */
  readonly asked: Asked | null;
  readonly answer: string | null;
}

/** What is done about it. */
export interface Disposition {
  /** How the try counts, after the integration's own word about retries. */
  readonly kind: AttemptKind;
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  readonly counted: 0 | 1;
  readonly delaySeconds: number;
  /** For how long the other side asked to be left alone. */
  readonly pauseSeconds?: number;
}

/** Pause before a row is tried again that was given up through no fault of its own. */
const INTERRUPTED_SECONDS = 1;

/** A sink that threw so often at a delivery will throw again: the schedule is for other sides that are away. */
const MOST_THROWN = 3;

/** Judges a try. */
export function judge(row: LedgerRow, result: AttemptResult, settings: DeliverySettings): Disposition {
  const kind = kindOf(result, settings);
  switch (kind) {
    case 'delivered':
    case 'skipped':
      return { kind, state: kind, counted: 1, delaySeconds: 0 };
    case 'rejected':
      return { kind, state: 'dead', counted: 1, delaySeconds: 0 };
    case 'broken':
      return { kind, state: 'waiting', counted: 0, delaySeconds: 0 };
    case 'interrupted':
      return { kind, state: 'waiting', counted: 0, delaySeconds: INTERRUPTED_SECONDS };
    case 'retry':
    case 'threw': {
      if (result.afterSeconds !== undefined) {
        const seconds = pauseSeconds(result.afterSeconds, settings);
        return { kind, state: 'waiting', counted: 0, delaySeconds: seconds, pauseSeconds: seconds };
      }
      const delaySeconds = nextDelay(settings.retry, row.attempts + 1);
      const givenUp = kind === 'threw' && thrownAt(row) + 1 >= MOST_THROWN;
      if (delaySeconds === undefined || givenUp) return { kind, state: 'dead', counted: 1, delaySeconds: 0 };
      return { kind, state: 'waiting', counted: 1, delaySeconds };
    }
  }
}

function thrownAt({ steps }: LedgerRow): number {
  return Number(steps[THROWN] ?? 0);
}

function kindOf(result: AttemptResult, settings: DeliverySettings): AttemptKind {
  const { kind, status, error } = result;
  if (kind === 'retry' || kind === 'rejected' || kind === 'broken') {
    return fateOf(settings, { status, ...(error === undefined ? {} : { error }) }, kind);
  }
  if (kind === 'threw') {
    return fateOf(settings, { error: 'threw' }, 'retry') === 'rejected' ? 'rejected' : kind;
  }
  return kind;
}
