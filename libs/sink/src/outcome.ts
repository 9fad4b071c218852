// What became of a delivery, said by a sink as a value. The runtime alone decides what follows from it.

const OUTCOME = Symbol('delivery outcome');

/** Fields every outcome has. */
interface Said {
  readonly [OUTCOME]: true;
  /** HTTP status of the answer that decided it. */
  readonly status?: number;
}

/** The other side has it; `reference` is its id over there. */
export interface Delivered extends Said {
  readonly kind: 'delivered';
  readonly reference?: string;
}

/** Nothing to do, on purpose (`skipped`); this event is at fault (`rejected`); the integration is (`broken`). */
export interface Refused extends Said {
  readonly kind: 'skipped' | 'rejected' | 'broken';
  readonly reason: string;
}

/** It may work later. With `afterSeconds` the other side has said when, and no attempt is used up. */
export interface Retry extends Said {
  readonly kind: 'retry';
  readonly reason: string;
  readonly afterSeconds?: number;
}

/** One of the five things a sink can say. Reasons are stored and logged: no personal data, no secrets. */
export type DeliveryOutcome = Delivered | Refused | Retry;

/** The other side has it. `reference` is the id it gave, for people who look for it there. */
export function delivered(reference?: string): Delivered {
  return { [OUTCOME]: true, kind: 'delivered', ...(reference === undefined ? {} : { reference }) };
}

/** This event is not for the other side, and that is fine. */
export function skipped(reason: string): Refused {
  return { [OUTCOME]: true, kind: 'skipped', reason };
}

/** This event will never be taken: it becomes a dead row. */
export function rejected(reason: string): Refused {
  return { [OUTCOME]: true, kind: 'rejected', reason };
}

/** The integration must be mended (token, URL, permission): its deliveries wait, none dies. */
export function broken(reason: string): Refused {
  return { [OUTCOME]: true, kind: 'broken', reason };
}

/** Try again: by the schedule, or `after` seconds when the other side said so. */
export function retry(reason: string, options: { readonly after?: number } = {}): Retry {
  const afterSeconds = options.after;
  return { [OUTCOME]: true, kind: 'retry', reason, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}

/** Tells an outcome from a step's result. */
export function isOutcome(value: unknown): value is DeliveryOutcome {
  return typeof value === 'object' && value !== null && OUTCOME in value;
}
