// Reads which deliveries a dead process had claimed and not finished, so that the ledger may lack the outcome of a
// call. Only these calls may be repeated.
import type { Suite } from '@switchboard/testing';
import type { Effect } from './effects.ts';

/** Time in which a process died and no other delivered, and what it had not written down. */
export interface Death {
  /** Both by `performance.now()`. */
  readonly from: number;
  readonly until: number;
  /** Deliveries that it had claimed and not finished, with the names of the steps that were kept. */
  readonly claimed: ReadonlyMap<string, readonly string[]>;
}

/** Looks at what a process that is dead since `from` has left. To be called before another one may deliver. */
export async function lookAtDeath({ database }: Suite, from: number): Promise<Death> {
  const rows = await database.query<{ delivery: string; steps: string[] }>(
    `select event_id || ' for ' || integration_id as delivery, array(select jsonb_object_keys(steps)) as steps
     from delivery where state = 'waiting' and claim is not null`,
  );
  const claimed = new Map(rows.map(({ delivery, steps }) => [delivery, steps]));
  return { from, until: performance.now(), claimed };
}

/**
 * Whether a call had its effect by then, and neither its delivery nor the step that it was made in was written down.
 */
export function leftOpen({ until, claimed }: Death, { kind, at }: Effect, delivery: string): boolean {
  const kept = claimed.get(delivery);
  // Steps are called as their effects are; a message is no step.
  return at <= until && kept !== undefined && !kept.includes(kind);
}
