// A delivery as the runtime holds it in memory, from its claim to its outcome.
import type { EventEnvelope } from '@switchboard/contracts';

/** Identifies a claimed row in statements. */
export interface Claim {
  readonly id: number;
  /** Its partition of the ledger, YYYY-MM-DD. */
  readonly day: string;
  /** The epoch under which it was claimed. */
  readonly claim: number;
}

/** A row of the ledger that this process has claimed. */
export interface LedgerRow extends Claim {
  readonly sink: string;
  readonly integrationId: string;
  readonly orderingKey: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly eventTime: string | null;
  /** W3C Trace Context of the event, passed on to its calls. */
  readonly traceparent?: string | null;
  readonly acceptedAt: Date;
  /** When a person replayed it; its age counts from then. */
  readonly replayedAt?: Date | null;
  /** How many of the allowed attempts are used up (column `attempts`). */
  readonly attemptsUsed: number;
  /** All attempts so far, also those that used up none (column `calls`). */
  readonly attemptsMade: number;
  /** Results of finished steps, and decisions that are made once, by name. */
  readonly steps: Readonly<Record<string, unknown>>;
  readonly body: Buffer | null;
  /** True for a row that was inserted just now: there was no attempt before. */
  readonly isNew?: boolean;
  /** The body, parsed when the event was taken in; absent for rows that were read from the ledger. */
  readonly envelope?: EventEnvelope;
  /** Memory that body and envelope take, in bytes; absent when there is no envelope. */
  readonly memoryBytes?: number;
}

// Names of steps that the runtime reserves for itself.

/** How often the sink threw. */
export const THROWN_STEP = '#thrown';

/** The rules were invalid when the event was taken in: they decide at the delivery. */
export const UNDECIDED_STEP = '#undecided';

/** How often the delivery was replayed by force. A forced replay has another idempotency key, so that it takes effect again. */
export const FORCED_STEP = '#forced';

/** How often the delivery was replayed by force; undefined when never. */
export function forcedCount(steps: Readonly<Record<string, unknown>>): number | undefined {
  const times = steps[FORCED_STEP];
  return typeof times === 'number' ? times : undefined;
}

/** The steps after one more forced replay: none of them done, and the next idempotency key. */
export function stepsOfForcedReplay(
  steps: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { [FORCED_STEP]: (forcedCount(steps) ?? 0) + 1 };
}

/** The day of an event without a usable time; its partition is the default one. */
const NO_DAY = '1970-01-01';
const USABLE_DAY = /^2\d{3}-/;

/**
 * The partition of an event: the day of the sender's time in UTC, so a repeat of the event goes into the same partition. A
 * missing or unusable time goes into the default partition.
 */
export function dayOf(time: string | undefined): string {
  const moment = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(moment)) return NO_DAY;
  const day = new Date(moment).toISOString().slice(0, 10);
  return USABLE_DAY.test(day) ? day : NO_DAY;
}
