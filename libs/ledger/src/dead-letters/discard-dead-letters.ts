// Discards dead letters that nobody will replay. A discarded delivery counts as skipped, so the sums of the ledger hold.
import type { Queryable } from '@switchboard/postgres';
import { beginAction, diedBefore, endAction } from './action-log.ts';
import { type DeadLetterSelection, SqlParameters, selectionCondition } from './selection.ts';
import { discardDeliveries, type SettleResult } from './settle-deliveries.ts';

/** Most records that one statement discards. */
const BATCH = 1000;

/** Who discards, and why. */
export interface DiscardOptions {
  readonly actor: string;
  /** Becomes the reason of each delivery, after `discarded: `. Must have no secrets and no personal data. */
  readonly reason: string;
}

/** The result of a discard. */
export interface DiscardResult {
  /** Its number in the action log. */
  readonly action: number;
  readonly deliveries: SettleResult;
  readonly records: number;
}

/** Discards the selected letters that are dead. */
export async function discardDeadLetters(
  db: Queryable,
  selection: DeadLetterSelection,
  { actor, reason }: DiscardOptions,
): Promise<DiscardResult> {
  const action = await beginAction(db, { verb: 'discard', actor, selection, reason });
  const deliveries = await discardDeliveries(db, action, selection, reason);
  const records = await discardRecords(db, action, selection);
  await endAction(db, action);
  return { action, deliveries, records };
}

async function discardRecords(
  db: Queryable,
  action: number,
  selection: DeadLetterSelection,
): Promise<number> {
  const parameters = new SqlParameters(action);
  const sql = discardSql(selectionCondition(selection, parameters));
  for (let total = 0; ; ) {
    const [batch] = await db.query<{ records: number }>(sql, parameters.values);
    if (batch === undefined || batch.records === 0) return total;
    total += batch.records;
  }
}

// Locks rows in the same order as a replay does, so the two cannot deadlock.
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
