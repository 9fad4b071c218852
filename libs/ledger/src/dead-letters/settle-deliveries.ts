// Dead rows of the ledger are replayed or discarded a batch at a time, each batch in one statement, in the order of the
// ledger: of two rows of a key the older one is never behind.
import type { Queryable } from '@switchboard/postgres';
import { THROWN } from '../deliveries/row.ts';
import { diedBefore } from './actions.ts';
import { type Chosen, conditionOf, Parameters } from './chosen.ts';
import { FORCED } from './forced-key.ts';

/** What a pass came to. */
export interface Settlement {
  readonly done: number;
  /** The row, or the integration that it is for, is there no more. */
  readonly gone: number;
}

const BATCH = 1000;

// Under a new key nothing counts as done before. Without its integration a row would wait for ever.
const replay = {
  state: 'replayed',
  set: `state = 'waiting', claim = null, attempts = 0, next_attempt_at = now(), finished_at = null, replayed_at = now(),
    steps = case when $3::boolean
      then jsonb_build_object('${FORCED}', coalesce((d.steps->>'${FORCED}')::int, 0) + 1) else d.steps - '${THROWN}' end`,
  where: 'exists (select 1 from integrations g where g.id = d.integration_id)',
};

const discard = {
  state: 'discarded',
  set: `state = 'skipped', finished_at = now(), reason = $3::text`,
  where: 'true',
};

/** Dead deliveries that are chosen wait again, and are due at once. */
export function replayDeliveries(
  db: Queryable,
  action: number,
  chosen: Chosen,
  force: boolean,
): Promise<Settlement> {
  return settle(db, action, chosen, replay, force);
}

/** Dead deliveries that are chosen are skipped, for this reason. */
export function discardDeliveries(
  db: Queryable,
  action: number,
  chosen: Chosen,
  reason: string,
): Promise<Settlement> {
  return settle(db, action, chosen, discard, `discarded: ${reason}`);
}

async function settle(
  db: Queryable,
  action: number,
  chosen: Chosen,
  how: typeof replay,
  detail: unknown,
): Promise<Settlement> {
  let total: Settlement = { done: 0, gone: 0 };
  for (let last = 0; ; ) {
    const parameters = new Parameters(action, last, detail);
    const sql = settleSql(conditionOf(chosen, parameters), how);
    const [batch] = await db.query<{ last: number | null; found: number; done: number }>(
      sql,
      parameters.values,
    );
    const { found = 0, done = 0 } = batch ?? {};
    total = { done: total.done + done, gone: total.gone + found - done };
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
