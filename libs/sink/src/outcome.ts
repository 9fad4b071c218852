// What a sink says about a delivery, as a value. The runtime alone decides what follows from it.

const OUTCOME = Symbol('delivery outcome');

interface OutcomeFields {
  readonly [OUTCOME]: true;
  /** HTTP status of the answer that the outcome follows from. */
  readonly status?: number;
}

/** The other side has it; `reference` is its id there. */
export interface Delivered extends OutcomeFields {
  readonly kind: 'delivered';
  readonly reference?: string;
}

/** Nothing to do (`skipped`), this event is at fault (`rejected`), or the integration is at fault (`broken`). */
export interface NotDelivered extends OutcomeFields {
  readonly kind: 'skipped' | 'rejected' | 'broken';
  readonly reason: string;
}

/** It may work later. With `afterSeconds` the other side said when; then no attempt is used up. */
export interface Retry extends OutcomeFields {
  readonly kind: 'retry';
  readonly reason: string;
  readonly afterSeconds?: number;
}

/** One of the five outcomes. Reasons are stored and logged: they must not contain personal data or secrets. */
export type DeliveryOutcome = Delivered | NotDelivered | Retry;

/** The other side has it. `reference` is its id there, for people who look for it. */
export function delivered(reference?: string): Delivered {
  return { [OUTCOME]: true, kind: 'delivered', ...(reference === undefined ? {} : { reference }) };
}

/** There is nothing to do for this event, and that is fine. */
export function skipped(reason: string): NotDelivered {
  return { [OUTCOME]: true, kind: 'skipped', reason };
}

/** The other side will never accept this event: the delivery becomes a dead letter. */
export function rejected(reason: string): NotDelivered {
  return { [OUTCOME]: true, kind: 'rejected', reason };
}

/**
 * The integration must be repaired (token, URL, permission). Its deliveries wait and use up no attempt. They expire only after
 * `parked_max_age_seconds`.
 */
export function broken(reason: string): NotDelivered {
  return { [OUTCOME]: true, kind: 'broken', reason };
}

/** Try again: by the schedule, or after `after` seconds when the other side asked for that. */
export function retry(reason: string, options: { readonly after?: number } = {}): Retry {
  const afterSeconds = options.after;
  return { [OUTCOME]: true, kind: 'retry', reason, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}

/** Whether a value is an outcome, and not the result of a step. */
export function isOutcome(value: unknown): value is DeliveryOutcome {
  return typeof value === 'object' && value !== null && OUTCOME in value;
}

/** A bug in a sink: it returned more or fewer outcomes than the batch has events. */
export class BatchMismatchError extends Error {
  override readonly name = 'BatchMismatchError';
  readonly code = 'BATCH_MISMATCH';

  constructor(events: number, outcomes: number) {
    super(
      `delivering a batch: ${events} events have ${outcomes} outcomes; give one for each, in their order`,
    );
  }
}
