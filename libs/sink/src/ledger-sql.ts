// The SQL of the ledger, apart from the code that calls it: each statement is one decision that must be atomic.
// Whether a row `d` is nobody's: not claimed, or by a process that fell silent. A process that is not there at all has
// just begun, later than this statement: one that ends gives back what it claimed before its row goes.
const free = (silence: string) => `(d.claimed_by is null or exists (
  select 1 from sink_instance i
  where i.id = d.claimed_by and i.heartbeat_at < clock_timestamp() - ${silence} * interval '1 second'))`;

// Whether a locked row is still as this statement first saw it: one that somebody claimed meanwhile is theirs, no matter
// how little of them is visible from here.
const unchanged = (row: string) =>
  `${row}.claimed_by is not distinct from (select s.claimed_by from delivery s where s.id = ${row}.id)`;

// Questions about one key are scalar subqueries with a limit: they stay index probes also before statistics exist. Rows
// known by id are named by `any` and asked whether they are finished, not whether they wait: else a plan made when few
// rows waited would go through all that wait (plans.spec.ts).

/**
 * Takes events in. A row is claimed at once unless the integration is held or older rows of its key wait with somebody
 * else or nobody: then it has to wait its turn. What this process has claimed of a key is always the front of it, so
 * its newest waiting row answers for all. `order by` makes ids follow the order of the events. Bodies go in by id, so
 * that two sinks that take in the same events never wait for each other crosswise.
 * What the rules say comes with the versions it was judged by; a pair judged by other rules is answered as unknown.
 */
export const intakeSql = `
  with incoming as (
    select * from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::bytea[])
      with ordinality
      as e(event_id, tenant_id, event_type, source, event_time, accepted_at, ordering_key, value, position)
  ), asked as (
    select e.*, g.id as integration_id, g.held_until > now() as held,
      g.rules <> '[]'::jsonb and md5(g.rules::text) is distinct from k.version as unknown
    from incoming e
    join integrations g
      on g.tenant_id = e.tenant_id and g.sink = $1 and g.active and g.active_from <= e.accepted_at
    left join unnest($12::text[], $13::text[]) as k(id, version) on k.id = g.id
    where not exists (
      select 1 from unnest($14::int[], $15::text[]) as u(position, id)
      where u.position = e.position and u.id = g.id and md5(g.rules::text) = k.version
    )
  ), wanted as (
    select * from asked where not unknown
  ), body as (
    insert into event_body (event_id, tenant_id, event_type, source, event_time, accepted_at, value)
    select distinct on (event_id, tenant_id) event_id, tenant_id, event_type, source, event_time, accepted_at, value
    from wanted order by event_id, tenant_id
    on conflict (event_id, tenant_id) do nothing
  ), inserted as (
    insert into delivery (integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, claimed_by)
    select w.integration_id, w.event_id, $1, w.tenant_id, w.event_type, w.ordering_key, w.accepted_at,
      case when $3::boolean and w.held is not true and (
        select o.claimed_by is distinct from $2::uuid from delivery o
        where o.integration_id = w.integration_id and o.ordering_key = w.ordering_key and o.state = 'waiting'
        order by o.id desc limit 1
      ) is not true then $2::uuid end
    from wanted w order by w.position, w.integration_id
    on conflict (integration_id, event_id) do nothing
    returning id, integration_id, event_id, claimed_by
  )
  select (a.position - 1)::int as position, a.integration_id as "integrationId", i.id,
    i.claimed_by is not null as claimed, a.unknown,
    i.id is null and not a.unknown and not exists (
      select 1 from delivery e where e.integration_id = a.integration_id and e.event_id = a.event_id
    ) as raced
  from asked a left join inserted i using (integration_id, event_id)
  order by a.position, a.integration_id`;

/**
 * Claims due rows: per integration (so that none starves behind a large one) the oldest waiting row of each key, and
 * behind it the rows that may follow. Followers are kept only as far as no row between was locked by somebody else:
 * \`place\` counts the rows of the key, \`kept\` those that could be had, and a gap makes the two differ from there on.
 */
export const claimDueSql = `
  with found as materialized (
    select h.*
    from (
      select id, sink from integrations
      where sink = any($2::text[]) and active and (held_until is null or held_until <= now())
      order by random()
    ) g
    cross join lateral (
      select d.id, d.integration_id, d.ordering_key, d.claimed_by
      from delivery d
      where d.integration_id = g.id and d.sink = g.sink and d.state = 'waiting'
        and d.next_attempt_at <= now() and d.claimed_by is distinct from $1::uuid and ${free('$3')}
        and d.id <> all($4::bigint[])
        and d.id = (
          select o.id from delivery o
          where o.integration_id = d.integration_id and o.ordering_key = d.ordering_key and o.state = 'waiting'
          order by o.id limit 1)
      order by d.next_attempt_at limit $5
      for update of d skip locked
    ) h
    limit $5
  ), head as materialized (
    select f.* from found f where ${unchanged('f')}
  ), follower as materialized (
    select f.id, f.integration_id, f.ordering_key,
      row_number() over (partition by f.integration_id, f.ordering_key order by f.id) as place
    from head h
    cross join lateral (
      select d.id, d.integration_id, d.ordering_key from delivery d
      where d.integration_id = h.integration_id and d.ordering_key = h.ordering_key
        and d.state = 'waiting' and d.id > h.id
      order by d.id limit $6
    ) f
  ), locked as materialized (
    select d.id, d.integration_id, d.ordering_key, d.claimed_by
    from delivery d
    where d.id = any(array(select id from follower)) and d.state = 'waiting'
      and d.next_attempt_at <= now() and ${free('$3')} and d.id <> all($4::bigint[])
    order by d.id
    for update of d skip locked
  ), kept as materialized (
    select l.id, row_number() over (partition by l.integration_id, l.ordering_key order by l.id) as kept
    from locked l where ${unchanged('l')}
  ), claimed as (
    select id from head union all select f.id from follower f join kept k using (id) where f.place = k.kept
  ), taken as (
    update delivery d set claimed_by = $1::uuid where d.id = any(array(select id from claimed)) returning d.*
  )
  select t.id, t.sink, t.integration_id as "integrationId", t.ordering_key as "orderingKey", t.event_id as "eventId",
    t.tenant_id as "tenantId", t.event_type as "eventType", t.accepted_at as "acceptedAt", t.attempts, t.steps,
    g.held_reason is not null as "afterHold", b.event_time as "eventTime", b.value as body
  from taken t
  join integrations g on g.id = t.integration_id
  left join event_body b on b.event_id = t.event_id and b.tenant_id = t.tenant_id
  order by t.id`;

/** Writes outcomes, attempts, releases and holds in one go. Repeating it after an unclear end changes nothing more. */
export const recordSql = `
  with outcome as (
    select * from unnest($2::bigint[], $3::text[], $4::int[], $5::int[], $6::float8[], $7::text[], $8::text[],
      $9::text[], $10::int[], $11::timestamptz[], $12::int[])
      as o(id, state, counted, called, delay, kind, reason, reference, status, at, latency_ms)
  ), changed as (
    update delivery d set
      state = o.state, attempts = d.attempts + o.counted, calls = d.calls + o.called, claimed_by = null,
      next_attempt_at = now() + o.delay * interval '1 second', reason = o.reason, reference = o.reference,
      finished_at = case when o.state = 'waiting' then null else now() end
    from outcome o
    where d.id = o.id and d.id = any($2::bigint[]) and d.claimed_by = $1 and d.finished_at is null
    returning d.id, d.calls
  ), noted as (
    insert into delivery_attempt (delivery_id, number, at, latency_ms, outcome, status, reason)
    select c.id, c.calls, o.at, o.latency_ms, o.kind, o.status, o.reason
    from changed c join outcome o using (id) where o.called = 1
  ), released as (
    update delivery d set claimed_by = null
    where d.id = any($13::bigint[]) and d.claimed_by = $1 and d.finished_at is null
  ), held as (
    update integrations g set held_until = now() + $16 * interval '1 second', held_reason = h.reason
    from unnest($14::text[], $15::text[]) as h(id, reason) where g.id = h.id
  ), recovered as (
    update integrations set held_until = null, held_reason = null
    where id = any($17::text[]) and held_until <= now()
  )
  select id from changed`;

export const stepsSql = `
  update delivery d set steps = d.steps || s.step
  from unnest($2::bigint[], $3::text[]::jsonb[]) as s(id, step)
  where d.id = s.id and d.id = any($2::bigint[]) and d.claimed_by = $1 and d.finished_at is null
  returning d.id`;

export const sweepSql = `
  update delivery set claimed_by = null
  where claimed_by = $1 and state = 'waiting' and id <> all($2::bigint[])
  returning id`;

/** Forgets processes that fell silent long ago, with what they still held. */
export const forgetSql = `
  with gone as (
    delete from sink_instance where heartbeat_at < now() - interval '1 hour' returning id
  )
  update delivery set claimed_by = null where state = 'waiting' and claimed_by in (select id from gone)`;

export const expireSql = `
  update delivery d set state = 'dead', reason = 'expired', claimed_by = null, finished_at = now()
  where d.state = 'waiting' and d.sink = any($1::text[]) and ${free('$2')}
    and d.accepted_at < now() - interval '1 second' * case when exists (
      select 1 from integrations g
      where g.id = d.integration_id and (g.held_until is not null or not g.active)
    ) then $4::float8 else $3::float8 end
  returning d.id`;

export const statesSql = `
  select sink, 'waiting' as state, count(*) as rows from delivery
  where state = 'waiting' and sink = any($1::text[]) group by sink
  union all
  select sink, 'dead', count(*) from delivery
  where state = 'dead' and sink = any($1::text[]) group by sink`;
