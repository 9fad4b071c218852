// The statements that end the waiting of rows, and that count waiting rows. Millions of rows may be parked, so each statement
// reads a limited number of rows by a fitting index, and is repeated while there are more. Each limit has the order of its
// index. Without an order Postgres may choose another index and read every waiting row.
import { notOperational } from './delivery-sql.ts';
import { parkedStatusesSql } from './integration-states.ts';

// Marks the rows in `found` as dead if the condition `still` holds, and writes the operational events about it. The condition
// is on `finished_at`: for one on `state` Postgres may use an index of all waiting rows.
const markDead = (found: string, still: string, changes: string) => `died as (
    update delivery d set state = 'dead', ${changes}, finished_at = now()
    where d.day = any(array(select day from ${found})) and d.id = any(array(select id from ${found}))
      and d.finished_at is null and ${still}
    returning d.*
  ), notification as (
    insert into operation (type, tenant_id, integration_id, sink, data)
    select 'delivery.dead', tenant_id, integration_id, sink, jsonb_build_object('delivery_id', id, 'event_id', event_id,
      'event_type', event_type, 'attempts', attempts, 'reason', reason) from died where ${notOperational}
  )`;

const unclaimed = 'd.claim is null';
const unowned =
  'not exists (select from sink_slot s where s.sink = d.sink and s.epoch = d.claim and s.owner is not null)';

// A number of seconds from an integration's delivery settings. Tenants write them, so a value that is not a number above 0
// counts as missing, and a very large one is reduced to what an interval can hold.
const secondsOf = (name: string, otherwise: string) => `coalesce(case
    when jsonb_typeof(g.delivery->'${name}') = 'number'
      then nullif(greatest(least((g.delivery->'${name}')::numeric, 1000000000), 0), 0)::float8
  end, ${otherwise}::float8)`;
const maxAge = secondsOf('max_age_seconds', '$2');

/**
 * Marks up to $4 rows as dead that are too old, of up to $6 integrations, the first ones after $5. For the time
 * of its usual age limit (`max_age`) after an integration was parked, the limit for parked rows still applies. Returns how
 * many died, and the last integration that was examined; null when none was left.
 */
export const expireSql = `
  with looked_at as materialized (
    select g.id, now() - interval '1 second' * case
        when not g.active or s.status in (${parkedStatusesSql}) or s.parked_until > now()
          - interval '1 second' * ${maxAge}
        then ${secondsOf('parked_max_age_seconds', '$3')} else ${maxAge} end as before
    from integrations g left join integration_state s on s.integration_id = g.id
    where g.sink = any($1::text[]) and g.id > $5 order by g.id limit $6
  ), old as materialized (
    select o.* from looked_at l cross join lateral (
      select d.day, d.id from delivery d
      where d.integration_id = l.id and d.state = 'waiting' and ${unclaimed}
        and coalesce(d.replayed_at, d.accepted_at) < l.before
      order by coalesce(d.replayed_at, d.accepted_at) limit $4
    ) o limit $4
  ), ${markDead('old', unclaimed, "reason = 'expired'")}
  select (select count(*) from died) as died, (select max(id) from looked_at) as last`;

/**
 * Marks up to $2 waiting rows of deleted integrations as dead. Goes from one integration with waiting rows to the next, up to
 * $4 steps, starting after $3. Rows claimed by a living process are left alone: it releases them when it learns of the
 * deletion. Returns how many died, and the last integration that was examined; null when none was left.
 */
export const orphansSql = `
  with recursive waiting as (
    select $3::text as id, 0 as step
    union all
    select n.id, w.step + 1 from waiting w cross join lateral (
      select d.integration_id as id from delivery d where d.state = 'waiting' and d.integration_id > w.id
      order by d.integration_id limit 1
    ) n where w.step < $4
  ), deleted as materialized (
    select w.id from waiting w where w.step > 0 and not exists (select from integrations g where g.id = w.id)
  ), orphans as materialized (
    select o.* from deleted cross join lateral (
      select d.day, d.id from delivery d
      where d.integration_id = deleted.id and d.state = 'waiting' and d.sink = any($1::text[]) and ${unowned}
      order by d.ordering_key, d.id limit $2
    ) o limit $2
  ), ${markDead('orphans', unowned, "reason = 'the integration was deleted', claim = null")}
  select (select count(*) from died) as died, (select max(id) from waiting where step > 0) as last`;

/** Deletes state and tokens of deleted integrations. */
export const deleteOrphanStateSql = `
  with deleted_tokens as (
    delete from integration_token t where not exists (select from integrations g where g.id = t.integration_id)
  ), deleted_refreshes as (
    delete from token_refresh r where not exists (select from integrations g where g.id = r.integration_id)
  )
  delete from integration_state s where not exists (select from integrations g where g.id = s.integration_id)`;

/** Counts up to $4 waiting rows, the first ones after the row ($1, $2, $3), by sink. Also returns the last of them. */
export const countWaitingSql = `
  with slice as materialized (
    select d.integration_id, d.ordering_key, d.id, d.sink, coalesce(d.replayed_at, d.accepted_at) as since
    from delivery d
    where d.state = 'waiting' and (d.integration_id, d.ordering_key, d.id) > ($1::text, $2::text, $3::bigint)
    order by d.integration_id, d.ordering_key, d.id limit $4
  ), last as materialized (
    select * from slice order by integration_id desc, ordering_key desc, id desc limit 1
  )
  select s.sink, count(*) as rows, greatest(0, extract(epoch from now() - min(s.since)))::float8 as "oldestSeconds",
    (select integration_id from last) as "integrationId", (select ordering_key from last) as "orderingKey",
    (select id from last) as id
  from slice s group by s.sink`;

/** Counts dead rows, by sink. */
export const countDeadSql = `
  select substr(stage, 6) as sink, count(*) as rows from dead_letter
  where state = 'dead' and stage in (select 'sink-' || unnest($1::text[])) and delivery_id is not null group by stage`;
