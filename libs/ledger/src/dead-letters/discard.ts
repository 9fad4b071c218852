// Discarding: nobody will replay these. A delivery is skipped from then on, so that the sums of the ledger still hold.
import type { Queryable } from '@switchboard/postgres';
import { beginAction, diedBefore, endAction } from './actions.ts';
import { type Chosen, conditionOf, Parameters } from './chosen.ts';
import { discardDeliveries, type Settlement } from './settle-deliveries.ts';

/** Records that one statement discards. */
const BATCH = 1000;

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
  const sql = discardSql(conditionOf(chosen, parameters));
  for (let total = 0; ; ) {
    const [batch] = await db.query<{ records: number }>(sql, parameters.values);
    if (batch === undefined || batch.records === 0) return total;
    total += batch.records;
  }
}

// In the order in which a replay locks them.
const discardSql = (condition: string) => `
  with chosen as materialized (
    select seq from dead_letter where ${condition} and delivery_id is null and ${diedBefore('$1')}
    order by letter_partition, letter_offset limit ${BATCH} for update
  ), settled as (
    update dead_letter l set state = 'discarded', settled_at = now(), settled_by = $1
    from chosen c where l.seq = c.seq returning 1
  ), counted as (
    update dead_letter_action set records = records + (select count(*) from settled) where id = $1
  )
  select count(*) as records from settled`;
