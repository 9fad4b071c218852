// Discarding: nobody will replay these. A delivery is skipped from then on, so that the sums of the ledger still hold.
import type { Queryable } from '@switchboard/postgres';
import { beginAction, diedBefore, endAction } from './actions.ts';
import { type Chosen, conditionOf, Parameters } from './chosen.ts';
import { discardDeliveries, type Settlement } from './settle-deliveries.ts';

/** Who discards, and why. */
export interface DiscardOptions {
  readonly actor: string;
  /** Stays with each delivery, behind `discarded: `. No secrets, no personal data. */
  readonly reason: string;
}

/** What a discard came to. */
export interface Discarded {
  /** Its number among the actions. */
  readonly action: number;
  readonly deliveries: Settlement;
  readonly records: number;
}

/** Discards what is chosen and dead. */
export async function discardDeadLetters(
  db: Queryable,
  chosen: Chosen,
  { actor, reason }: DiscardOptions,
): Promise<Discarded> {
  const action = await beginAction(db, { verb: 'discard', actor, chosen, reason });
  const deliveries = await discardDeliveries(db, action, chosen, reason);
  const records = await discardRecords(db, action, chosen);
  await endAction(db, action);
  return { action, deliveries, records };
}

async function discardRecords(db: Queryable, action: number, chosen: Chosen): Promise<number> {
  const parameters = new Parameters(action);
  const [row] = await db.query<{ records: number }>(
    `with settled as (
       update dead_letter set state = 'discarded', settled_at = now(), settled_by = $1
       where ${conditionOf(chosen, parameters)} and delivery_id is null and ${diedBefore('$1')}
       returning 1
     ), counted as (
       update dead_letter_action set records = (select count(*) from settled) where id = $1
     )
     select count(*) as records from settled`,
    parameters.values,
  );
  return row?.records ?? 0;
}
