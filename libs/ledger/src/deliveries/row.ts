// A delivery as the runtime holds it in memory, from claim to outcome.
import type { EventEnvelope } from '@switchboard/contracts';

/** What names a claimed row to the ledger. */
export interface Claim {
  readonly id: number;
  /** Partition of the ledger, YYYY-MM-DD. */
  readonly day: string;
  /** The epoch it was claimed under. */
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
  /** The trace it came with, for the calls made on its account. */
  readonly traceparent?: string | null;
  readonly acceptedAt: Date;
  /** When a person had it delivered anew: its age counts from then. */
  readonly replayedAt?: Date | null;
  /** Attempts used up so far. */
  readonly attempts: number;
  /** Calls made so far, whether they used up an attempt or not. */
  readonly calls: number;
  /** Results of finished steps and decisions taken once, by name. */
  readonly steps: Readonly<Record<string, unknown>>;
  readonly body: Buffer | null;
  /** It has just been taken in: there was no attempt at it before. */
  readonly isFresh?: boolean;
  /** The body as it was read when it came in; absent for rows that waited in the ledger. */
  readonly envelope?: EventEnvelope;
  /** Bytes that body and envelope take in memory; absent where there is no envelope. */
  readonly footprint?: number;
}

/** Where a row keeps how often its sink threw, among its steps, under a name of ours. */
export const THROWN = '#thrown';

/** The partition of an event without a usable time: the default one. */
const NO_DAY = '1970-01-01';
const SENSIBLE = /^2\d{3}-/;

/**
 * The partition an event belongs to: the day of the sender's time, in UTC, so that a repeat of the event falls into the
 * same one. Absurd times fall into the partition that has no day.
 */
export function dayOf(time: string | undefined): string {
  const moment = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(moment)) return NO_DAY;
  const day = new Date(moment).toISOString().slice(0, 10);
  return SENSIBLE.test(day) ? day : NO_DAY;
}
