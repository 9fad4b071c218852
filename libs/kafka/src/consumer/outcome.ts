// What a handler says of a record. It returns it instead of throwing: a throw is a mistake of the handler's own.

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'dead'; readonly code: string; readonly reason: string };

const DONE: Outcome = { kind: 'done' };

/** The record is dealt with. */
export function done(): Outcome {
  return DONE;
}

/** The record can never be processed: to the dead-letter topic. The reason is logged, so it may quote no payload. */
export function dead(code: string, reason: string): Outcome {
  return { kind: 'dead', code, reason };
}

export function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (
    value.kind === 'done' || (value.kind === 'dead' && 'code' in value && typeof value.code === 'string')
  );
}
