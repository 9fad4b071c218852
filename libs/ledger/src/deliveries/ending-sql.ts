// The statements that end waiting, and that count what waits. Millions of rows may be parked: each statement reads a
// bounded number of rows, by an index that leads to those it is about, and is repeated while there are more. Each limit comes
// with the order of its index. Without an order Postgres may choose another index and read every waiting row.
import { toldIfDead } from './sql.ts';

// Rows found in `found` die, where that is still true of them; what is to be told of it is written with it. Asked whether
// they wait, Postgres may look for them in an index of all that waits.
const die = (found: string, still: string, changes: string) => `gone as (
    update delivery d set state = 'dead', ${changes}, finished_at = now()
    where d.day = any(array(select day from ${found})) and d.id = any(array(select id from ${found}))
      and d.finished_at is null and ${still}
    returning d.*
  ), told as (
    insert into operation (type, tenant_id, integration_id, sink, data)
    select 'delivery.dead', tenant_id, integration_id, sink, jsonb_build_object('delivery_id', id, 'event_id', event_id,
      'event_type', event_type, 'attempts', attempts, 'reason', reason) from gone where ${toldIfDead}
  )`;

const unclaimed = 'd.claim is null';
const ofNobody =
  'not exists (select from sink_slot s where s.sink = d.sink and s.epoch = d.claim and s.owner is not null)';

// Seconds of an integration's delivery settings. They are a tenant's: what is no number above 0 counts as left out, and none
// is so large that an interval could not hold it.
const secondsOf = (name: string, otherwise: string) => `coalesce(case
    when jsonb_typeof(g.delivery->'${name}') = 'number'
      then nullif(greatest(least((g.delivery->'${name}')::numeric, 1000000000), 0), 0)::float8
  end, ${otherwise}::float8)`;
const maxAge = secondsOf('max_age_seconds', '$2');

/**
 * Ends the waiting of rows that are too old, so many ($4), of the integrations that come after one ($5), so many ($6).
 * The age limit of parked rows also applies for a while after an integration works again: for its usual age limit.
 * Answers how many died, and the last integration that was looked at; null when none was left.
 */
export const expireSql = `
  with looked_at as materialized (
    select g.id, now() - interval '1 second' * case
        when not g.active or s.status in ('open', 'broken', 'disabled') or s.parked_until > now()
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
  ), ${die('old', unclaimed, "reason = 'expired'")}
  select (select count(*) from gone) as died, (select max(id) from looked_at) as last`;

/**
 * Ends the waiting for integrations that were deleted, of so many rows ($2). They are found by stepping from one
 * integration for which rows wait to the next, so many steps ($4) from one ($3) on. What a living process has claimed is
 * left to it: it gives the rows back when it hears of it. Answers how many died, and the last integration that was looked
 * at; null when none was left.
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
      where d.integration_id = deleted.id and d.state = 'waiting' and d.sink = any($1::text[]) and ${ofNobody}
      order by d.ordering_key, d.id limit $2
    ) o limit $2
  ), ${die('orphans', ofNobody, "reason = 'the integration was deleted', claim = null")}
  select (select count(*) from gone) as died, (select max(id) from waiting where step > 0) as last`;

/** Forgets what was kept for integrations that were deleted. */
export const forgetSql = `
  with forgotten_tokens as (
    delete from integration_token t where not exists (select from integrations g where g.id = t.integration_id)
  ), forgotten_refreshes as (
    delete from token_refresh r where not exists (select from integrations g where g.id = r.integration_id)
  )
  delete from integration_state s where not exists (select from integrations g where g.id = s.integration_id)`;

/** Counts so many rows that wait ($4), those that come after one of them ($1 to $3), by sink. Answers the last of them too. */
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

/** Rows that died, by sink. */
export const countDeadSql = `
  select substr(stage, 6) as sink, count(*) as rows from dead_letter
  where state = 'dead' and stage in (select 'sink-' || unnest($1::text[])) and delivery_id is not null group by stage`;
