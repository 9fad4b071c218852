// Replays or discards dead rows of the ledger in batches, one statement each, in the order of the ledger. So an older row of
// a key is never behind a newer one.
import type { Queryable } from '@switchboard/postgres';
import { FORCED_STEP, THROWN_STEP } from '../deliveries/ledger-row.ts';
import { diedBefore } from './action-log.ts';
import { type DeadLetterSelection, SqlParameters, selectionCondition } from './selection.ts';

/** How many selected deliveries were changed. */
export interface SettleResult {
  readonly done: number;
  /** Left dead: the row or its integration no longer exists. */
  readonly missing: number;
}

const BATCH = 1000;

// A forced replay forgets the finished steps. A row without its integration would wait for ever, so it stays dead.
const replay = {
  state: 'replayed',
  set: `state = 'waiting', claim = null, attempts = 0, next_attempt_at = now(), finished_at = null, replayed_at = now(),
    steps = case when $3::boolean
      then jsonb_build_object('${FORCED_STEP}', coalesce((d.steps->>'${FORCED_STEP}')::int, 0) + 1) else d.steps - '${THROWN_STEP}' end`,
  where: 'exists (select 1 from integrations g where g.id = d.integration_id)',
};

const discard = {
  state: 'discarded',
  set: `state = 'skipped', finished_at = now(), reason = $3::text`,
  where: 'true',
};

/** Makes the selected dead deliveries wait again, due at once. */
export function replayDeliveries(
  db: Queryable,
  action: number,
  selection: DeadLetterSelection,
  force: boolean,
): Promise<SettleResult> {
  return settle(db, action, selection, replay, force);
}

/** Marks the selected dead deliveries as skipped, with this reason. */
export function discardDeliveries(
  db: Queryable,
  action: number,
  selection: DeadLetterSelection,
  reason: string,
): Promise<SettleResult> {
  return settle(db, action, selection, discard, `discarded: ${reason}`);
}

async function settle(
  db: Queryable,
  action: number,
  selection: DeadLetterSelection,
  change: typeof replay,
  parameter: unknown,
): Promise<SettleResult> {
  let total: SettleResult = { done: 0, missing: 0 };
  for (let last = 0; ; ) {
    const parameters = new SqlParameters(action, last, parameter);
    const sql = settleSql(selectionCondition(selection, parameters), change);
    const [batch] = await db.query<{ last: number | null; found: number; done: number }>(
      sql,
      parameters.values,
    );
    const { found = 0, done = 0 } = batch ?? {};
    total = { done: total.done + done, missing: total.missing + found - done };
    if (found < BATCH || batch?.last == null) return total;
    last = batch.last;
  }
}

const settleSql = (condition: string, { state, set, where }: typeof replay) => `
  with chosen as materialized (
    select day, delivery_id as id from dead_letter
    where ${condition} and delivery_id > $2::bigint and ${diedBefore('$1')}
    order by delivery_id limit ${BATCH} for update
  ), changed as (
    update delivery d set ${set} from chosen c
    where d.day = c.day and d.id = c.id and d.state = 'dead' and ${where}
    returning d.id
  ), settled as (
    update dead_letter l set state = '${state}', settled_at = now(), settled_by = $1 from changed c
    where l.delivery_id = c.id
  ), found as (
    select max(id) as last, count(*) as found, (select count(*) from changed) as done from chosen
  ), counted as (
    update dead_letter_action a set deliveries = deliveries + f.done, failed = failed + f.found - f.done
    from found f where a.id = $1
  )
  select last, found, done from found`;
