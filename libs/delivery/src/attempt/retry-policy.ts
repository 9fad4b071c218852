// When a delivery that failed is tried again, and whether it is: the integration's own word over the sink's.
import type { DeliverySettings, ErrorKind } from '@switchboard/contracts';

/** Delays are up to so much longer, so that rows that failed together come apart; what is left of a tenth is the ledger's. */
const JITTER = 0.05;

/** The shortest pause: it uses up no attempt, so nothing else would slow a row down. */
const MIN_PAUSE_SECONDS = 1;

/**
 * Seconds until the next attempt, counted from the end of the last; undefined when all are used up. `used` counts the
 * attempts used up, the one that just failed included; `random` is in [0, 1).
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
 * Seconds to stay away from an integration whose other side asked for `afterSeconds`: never less than a second, never
 * more than the integration obeys or its deliveries may wait. A second where it is no number: sinks hand on what answers say.
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

/** What came back: a status, or the kind of error when nothing whole did. */
export interface Failure {
  readonly status?: number | null;
  readonly error?: ErrorKind;
}

/** What a sink makes of a failure: try again, this event is at fault, the integration is. */
export type Fate = 'retry' | 'rejected' | 'broken';

/**
 * What becomes of a failure where the sink says `byDefault`. `dont_retry_on` turns a retry into a rejection, `retry_on`
 * a rejection or a broken integration into a retry. A broken integration stays one: its deliveries wait to be mended,
 * which is no retry. A failure without status and error is nobody's to list.
 */
export function fateOf(
  settings: Pick<DeliverySettings, 'retry_on' | 'dont_retry_on'>,
  failure: Failure,
  byDefault: Fate,
): Fate {
  if (names(settings.dont_retry_on, failure)) return byDefault === 'retry' ? 'rejected' : byDefault;
  return names(settings.retry_on, failure) ? 'retry' : byDefault;
}

function names(list: DeliverySettings['retry_on'], { status, error }: Failure): boolean {
  return list.some(
    (entry) =>
      entry === error ||
      (typeof status === 'number' && (entry === status || entry === `${Math.floor(status / 100)}xx`)),
  );
}
