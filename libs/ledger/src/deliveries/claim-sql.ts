// The statements that find waiting rows and claim them. They decide which keys go first and how many rows of a key go
// together. As in delivery-sql.ts, CTEs with many rows are not joined with each other.

/**
 * Those of the integrations ($1) that have unclaimed waiting rows, each with the time until the first is due. Reads a few
 * index entries per integration and partition, however many rows wait.
 */
export const backlogSql = `
  select g.id, extract(epoch from n.next_attempt_at - clock_timestamp())::float8 as "dueSeconds"
  from unnest($1::text[]) as g(id) cross join lateral (
    select d.next_attempt_at from delivery d
    where d.integration_id = g.id and d.state = 'waiting' and d.claim is null
    order by d.next_attempt_at limit 1
  ) n`;

/**
 * Integrations of sinks ($1) with unclaimed rows that came due in the last $2 seconds or will in the next $3 seconds. Rows
 * that came due earlier are not read, so parked rows cost nothing. Reads at most $4 rows, the oldest first.
 */
export const comingDueSql = `
  select d.integration_id as id, extract(epoch from min(d.next_attempt_at) - clock_timestamp())::float8 as "dueSeconds"
  from (
    select d.integration_id, d.next_attempt_at, d.sink from delivery d
    where d.state = 'waiting' and d.claim is null
      and d.next_attempt_at at time zone 'UTC' > (now() - $2::float8 * interval '1 second') at time zone 'UTC'
      and d.next_attempt_at at time zone 'UTC' <= (now() + $3::float8 * interval '1 second') at time zone 'UTC'
    order by d.next_attempt_at at time zone 'UTC' limit $4
  ) d where d.sink = any($1::text[]) group by d.integration_id`;

/**
 * Claims due rows of integrations, a number of keys of each: from the oldest row of a key on, up to $4 rows that are due.
 * Keys with a row of an urgent type (by integration in $6) go first. They are found by an index of types, without reading
 * the rows that wait before them. A row that is due but stands behind one that is not gets the later time, so that it is
 * not found again before. Returns the keys in the order in which they were due, so a key that had to wait again comes later.
 */
export const claimDueSql = `
  with requested as (
    select a.id, a.keys, a.urgent_keys, g.sink, g.slot
    from unnest($2::text[], $3::int[], $7::int[]) as a(id, keys, urgent_keys) join integrations g on g.id = a.id
  ), owned as materialized (
    select s.sink, s.slot, s.epoch from sink_slot s
    where (s.sink, s.slot) in (select sink, slot from requested) and s.owner = $1::uuid for share
  ), mine as materialized (
    select a.id, a.keys, a.urgent_keys, o.epoch from requested a join owned o using (sink, slot)
  ), due as materialized (
    select d.*, false as urgent from mine m
    cross join lateral (
      select d.day, d.id, d.integration_id, d.ordering_key from delivery d
      where d.integration_id = m.id and d.state = 'waiting' and d.claim is null and d.next_attempt_at <= now()
      order by d.next_attempt_at, d.id limit m.keys * 8
    ) d
    union all
    select d.*, true from mine m
    cross join lateral jsonb_array_elements_text($6::jsonb->m.id) as u(type)
    cross join lateral (
      select d.day, d.id, d.integration_id, d.ordering_key from delivery d
      where d.integration_id = m.id and d.event_type = u.type and d.state = 'waiting' and d.claim is null
        and d.next_attempt_at <= now()
      order by d.next_attempt_at, d.id limit m.urgent_keys
    ) d
  ), run as materialized (
    select k.*, r.day, r.id, r.next_attempt_at, r.next_attempt_at <= now() as is_due,
      bool_and(r.next_attempt_at <= now()) over (partition by k.integration_id, k.ordering_key order by r.id) as may_go
    from (
      select integration_id, ordering_key from due group by 1, 2 order by bool_or(urgent) desc, min(id) limit $5
    ) k
    cross join lateral (
      select d.day, d.id, d.next_attempt_at from delivery d
      where d.integration_id = k.integration_id and d.ordering_key = k.ordering_key
        and d.state = 'waiting' and d.claim is null
      order by d.id limit $4
    ) r
  ), taken as (
    update delivery d set claim = (select a.epoch from mine a where a.id = d.integration_id)
    where d.day = any(array(select day from run where may_go)) and d.id = any(array(select id from run where may_go))
      and d.finished_at is null
    returning d.*
  ), blocked as materialized (
    select u.day, u.id, f.next_attempt_at from (
      select distinct on (integration_id, ordering_key) integration_id, ordering_key, id, next_attempt_at
      from run where not is_due order by integration_id, ordering_key, id
    ) f join due u using (integration_id, ordering_key) where u.id > f.id
  ), postponed as (
    update delivery d
    set next_attempt_at = (select max(b.next_attempt_at) from blocked b where b.day = d.day and b.id = d.id)
    where d.day = any(array(select day from blocked)) and d.id = any(array(select id from blocked))
      and d.finished_at is null
  )
  select t.day::text, t.id, t.claim, t.sink, t.integration_id as "integrationId", t.ordering_key as "orderingKey",
    t.event_id as "eventId", t.tenant_id as "tenantId", t.event_type as "eventType", t.accepted_at as "acceptedAt",
    t.replayed_at as "replayedAt", t.attempts as "attemptsUsed", t.calls as "attemptsMade", t.steps,
    b.event_time as "eventTime", b.traceparent, coalesce(t.edited_body, b.value) as body
  from taken t
  left join event_body b on b.day = t.day and b.event_id = t.event_id and b.tenant_id = t.tenant_id
  order by min(t.next_attempt_at) over (partition by t.integration_id, t.ordering_key), t.id`;
