// What follows from the result of an attempt: the new state of the row, whether an attempt is used up, and when the next one
// is due. The integration's own settings for retries override the sink's outcome.
import type { DeliverySettings, ErrorKind } from '@switchboard/contracts';
import { type LedgerRow, THROWN_STEP } from '@switchboard/ledger';
import type { AttemptKind, AttemptResult } from './attempt-result.ts';

/** What follows from an attempt. */
export interface Disposition {
  /** The kind that counts: `retry_on` and `dont_retry_on` are applied. */
  readonly kind: AttemptKind;
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  /** Attempts used up. */
  readonly counted: 0 | 1;
  readonly delaySeconds: number;
  /** How long the other side asked not to be called. */
  readonly pauseSeconds?: number;
}

/** Delay after an attempt that was interrupted through no fault of the row. */
const INTERRUPTED_SECONDS = 1;

/** A sink that threw so often for a delivery will throw again. The longer schedule is for vendors that are down. */
const MAX_THROWN = 3;

/** Delays are up to this much longer, so that rows that failed together do not stay together. */
const JITTER = 0.05;

/** Minimum Retry-After. A pause uses up no attempt, so nothing else would slow a row down. */
const MIN_PAUSE_SECONDS = 1;

/** Decides what follows from the result of an attempt at a row. */
export function dispositionOf(
  row: LedgerRow,
  result: AttemptResult,
  settings: DeliverySettings,
): Disposition {
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
      const delaySeconds = nextDelay(settings.retry, row.attemptsUsed + 1);
      const isGivenUp = kind === 'threw' && thrownAt(row) + 1 >= MAX_THROWN;
      if (delaySeconds === undefined || isGivenUp)
        return { kind, state: 'dead', counted: 1, delaySeconds: 0 };
      return { kind, state: 'waiting', counted: 1, delaySeconds };
    }
  }
}

function thrownAt({ steps }: LedgerRow): number {
  return Number(steps[THROWN_STEP] ?? 0);
}

function kindOf(result: AttemptResult, settings: DeliverySettings): AttemptKind {
  const { kind, status, error } = result;
  if (kind === 'retry' || kind === 'rejected' || kind === 'broken') {
    return failureKind(settings, { status, ...(error === undefined ? {} : { error }) }, kind);
  }
  if (kind === 'threw' && isNeverRetried(settings, 'threw')) return 'rejected';
  if (result.isCutOff && isNeverRetried(settings, 'timeout')) return 'rejected';
  return kind;
}

function isNeverRetried(settings: DeliverySettings, error: ErrorKind): boolean {
  return failureKind(settings, { error }, 'retry') === 'rejected';
}

/**
 * Seconds until the next attempt, counted from the end of the last one; undefined when all are used up. `used` counts the
 * attempts used up, with the one that just failed; `random` is in [0, 1).
 */
export function nextDelay(
  policy: DeliverySettings['retry'],
  used: number,
  random: () => number = Math.random,
): number | undefined {
  const seconds = scheduled(policy, used);
  return seconds === undefined ? undefined : seconds * (1 + random() * JITTER);
}

function scheduled(policy: DeliverySettings['retry'], used: number): number | undefined {
  if (policy.kind === 'delays') return policy.delays[used - 1];
  if (used >= policy.attempts) return undefined;
  if (policy.kind === 'linear') return policy.every_seconds;
  return Math.min(policy.first_seconds * policy.factor ** (used - 1), policy.max_seconds);
}

/**
 * How long an integration pauses when the other side asked for `afterSeconds`: at least a second, at most what the
 * integration obeys and what its deliveries may wait. One second when it is not a number: sinks pass on what answers contain.
 */
export function pauseSeconds(
  afterSeconds: number,
  settings: Pick<DeliverySettings, 'retry_after_max_seconds' | 'max_age_seconds'>,
): number {
  const seconds = Number(afterSeconds);
  if (Number.isNaN(seconds)) return MIN_PAUSE_SECONDS;
  const bound = Math.min(settings.retry_after_max_seconds, settings.max_age_seconds);
  return Math.min(Math.max(seconds, MIN_PAUSE_SECONDS), bound);
}

/** What came back: a status, or the kind of error when there was no complete answer. */
export interface Failure {
  readonly status?: number | null;
  readonly error?: ErrorKind;
}

/** Try again; this event is at fault; the integration is at fault. */
export type FailureKind = 'retry' | 'rejected' | 'broken';

/**
 * The kind of a failure that the sink says is `byDefault`. `dont_retry_on` turns a retry into a rejection; `retry_on` turns
 * a rejection or a broken integration into a retry. `dont_retry_on` leaves `broken` alone: deliveries of a broken
 * integration wait for its repair, which is not a retry. A failure without status and error matches no list.
 */
export function failureKind(
  settings: Pick<DeliverySettings, 'retry_on' | 'dont_retry_on'>,
  failure: Failure,
  byDefault: FailureKind,
): FailureKind {
  if (isListed(settings.dont_retry_on, failure)) return byDefault === 'retry' ? 'rejected' : byDefault;
  return isListed(settings.retry_on, failure) ? 'retry' : byDefault;
}

function isListed(list: DeliverySettings['retry_on'], { status, error }: Failure): boolean {
  return list.some(
    (entry) =>
      entry === error ||
      (typeof status === 'number' && (entry === status || entry === `${Math.floor(status / 100)}xx`)),
  );
}
