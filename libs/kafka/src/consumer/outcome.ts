// What a handler returns for each record. A throw is for unexpected errors only.

export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'dead'; readonly code: string; readonly reason: string };

const DONE: Outcome = { kind: 'done' };

/** The record needs no more work. */
export function done(): Outcome {
  return DONE;
}

/** The record can never be processed and goes to the dead-letter topic. The reason is logged: it must not quote payload. */
export function dead(code: string, reason: string): Outcome {
  return { kind: 'dead', code, reason };
}

export function isOutcome(value: unknown): value is Outcome {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return (
    value.kind === 'done' || (value.kind === 'dead' && 'code' in value && typeof value.code === 'string')
  );
}
