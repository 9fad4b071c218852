// The SQL statements of intake and recording. Each statement is one decision that must be atomic. A row is claimed when its
// `claim` is an epoch of its slot, and only the owner of that epoch writes to it. Statements that run for every delivery find
// rows by day and id, so they touch only the partitions of those rows.
import { operations } from '@switchboard/contracts';
import { THROWN_STEP, UNDECIDED_STEP } from './ledger-row.ts';

// No `delivery.dead` event for deliveries of operational events: it would loop.
export const notOperational = `event_type <> all(array[${operations.map(({ type }) => `'${type}'`).join(', ')}])`;

// Slots of this process. The lock keeps their owner until the statement has ended.
const owned = (sink: string, slots: string, owner: string) => `owned as materialized (
    select s.slot, s.epoch from sink_slot s
    where s.sink = ${sink} and s.slot = any(${slots}) and s.owner = ${owner} for share
  )`;

// Do not join CTEs: Postgres estimates one row for each and picks nested loops. So an earlier CTE returns what a later one
// needs, and look-ups by name use a JSON object.

/**
 * Inserts events ($3 to $12, $16) for a sink ($1). A row is claimed at once when its integration is in $14 (its owner is this
 * process, $2, and has room) and no older row of its key waits. Where $14 has true, nothing of the integration waits outside
 * the owner's memory. For the others the newest waiting row of the key decides: claimed rows of a key are always its oldest.
 *
 * `order by` makes ids follow the order of the events. Bodies are inserted in the order of their ids, so two sinks that take
 * in the same events cannot deadlock. `unwanted` has the decisions of the rules, $13 the versions of the rules they are based
 * on; a pair with another version is returned as unknown. Rows of integrations in $17 are marked as undecided. Returns every
 * pair of event and integration, and every new row.
 */
export const intakeSql = `
  with incoming as (
    select * from unnest($3::date[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
        $10::text[], $11::bytea[], $12::jsonb[], $16::text[]) with ordinality
      as e(day, event_id, tenant_id, event_type, source, event_time, accepted_at, ordering_key, value, unwanted,
        traceparent, position)
  ), ${owned('$1', '$15::int[]', '$2::uuid')}, matched as (
    select e.*, g.id as integration_id, ($14::jsonb->g.id)::boolean as clear, case when $14::jsonb ? g.id
        then ((select jsonb_object_agg(o.slot, o.epoch) from owned o)->>g.slot::text)::bigint end as epoch,
      g.rules <> '[]'::jsonb and md5(g.rules::text) is distinct from $13::jsonb->>g.id as unknown
    from incoming e
    join integrations g on g.tenant_id = e.tenant_id and g.sink = $1 and g.active_from <= e.accepted_at
    where not (e.unwanted ? g.id and md5(g.rules::text) = $13::jsonb->>g.id)
  ), wanted as (
    select * from matched where not unknown
  ), body as (
    insert into event_body (day, event_id, tenant_id, event_type, source, event_time, accepted_at, value, traceparent)
    select distinct on (event_id, tenant_id) day, event_id, tenant_id, event_type, source, event_time, accepted_at, value,
      traceparent
    from wanted order by event_id, tenant_id
    on conflict (day, event_id, tenant_id) do nothing
  ), inserted as (
    insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, steps, claim)
    select w.day, w.integration_id, w.event_id, $1, w.tenant_id, w.event_type, w.ordering_key, w.accepted_at,
      case when w.integration_id = any($17::text[]) then '{"${UNDECIDED_STEP}": true}'::jsonb else '{}' end,
      case when w.epoch is not null and (w.clear or (
        select older.claim is distinct from w.epoch from delivery older
        where older.integration_id = w.integration_id and older.ordering_key = w.ordering_key
          and older.state = 'waiting'
        order by older.id desc limit 1
      ) is not true) then w.epoch end
    from wanted w order by w.position, w.integration_id
    on conflict (day, integration_id, event_id) do nothing
    returning day, id, integration_id, event_id, claim
  )
  select (a.position - 1)::int as position, a.integration_id as "integrationId", a.unknown,
    null::text as day, null::text as "eventId", null::bigint as id, null::bigint as claim
  from matched a
  union all
  select null, i.integration_id, false, i.day::text, i.event_id, i.id, i.claim from inserted i`;

/**
 * Writes outcomes and attempts. It may be repeated when its answer was lost: an outcome is written only while the row has the
 * claim and the counters of that attempt (`attempts` counts attempts used up, `calls` attempts made). The claim alone is not
 * enough. A row that waits again may already have been claimed again under the same epoch.
 */
export const recordSql = recordingSql('');

/** The same, and releases rows. A statement of its own, because opening every partition again costs more than an outcome. */
export const recordAndReleaseSql = recordingSql(`, released as (
    update delivery d set claim = null, next_attempt_at = greatest(d.next_attempt_at, now() + r.delay * interval '1 second')
    from unnest($20::date[], $21::bigint[], $22::bigint[], $23::float8[]) as r(day, id, claim, delay)
    where d.day = r.day and d.id = r.id and d.claim = r.claim
  )`);

function recordingSql(releasing: string): string {
  return `
  with outcome as (
    select * from unnest($1::date[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::int[], $7::float8[],
      $8::text[], $9::text[], $10::text[], $11::int[], $12::timestamptz[], $13::int[], $14::text[], $15::text[],
      $16::text[], $17::text[], $18::int[], $19::int[])
      as o(day, id, claim, state, counted, called, delay, kind, reason, reference, status, at, latency_ms, method, host,
        path, answer, attempts, calls)
  ), changed as (
    update delivery d set
      state = o.state, attempts = d.attempts + o.counted, calls = d.calls + o.called, claim = null,
      next_attempt_at = case when o.state = 'waiting' then now() + o.delay * interval '1 second' else d.next_attempt_at end,
      steps = case when o.kind = 'threw'
        then d.steps || jsonb_build_object('${THROWN_STEP}', coalesce((d.steps->>'${THROWN_STEP}')::int, 0) + 1) else d.steps end,
      reason = o.reason, reference = o.reference, finished_at = case when o.state = 'waiting' then null else now() end
    from outcome o
    where d.day = o.day and d.id = o.id and d.claim = o.claim and d.attempts = o.attempts and d.calls = o.calls
    returning d.day, d.id, d.calls, d.tenant_id, d.integration_id, d.sink, d.event_type, d.event_id, d.attempts,
      o.state, o.called, o.kind, o.reason, o.status, o.at, o.latency_ms, o.method, o.host, o.path, o.answer
  ), attempt as (
    insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status, reason, method, host, path,
      answer)
    select day, id, calls, at, latency_ms, kind, status, reason, method, host, path, answer from changed where called = 1
  ), notification as (
    insert into operation (type, tenant_id, integration_id, sink, data)
    select 'delivery.dead', tenant_id, integration_id, sink, jsonb_build_object('delivery_id', id, 'event_id', event_id,
      'event_type', event_type, 'attempts', attempts, 'reason', reason)
    from changed where state = 'dead' and ${notOperational}
  )${releasing}
  select id from changed`;
}

/** Adds results of steps to claimed rows. */
export const stepsSql = `
  update delivery d set steps = d.steps || s.step
  from unnest($1::date[], $2::bigint[], $3::bigint[], $4::text[]::jsonb[]) as s(day, id, claim, step)
  where d.day = s.day and d.id = s.id and d.claim = s.claim
  returning d.id`;

/** Releases claimed rows. */
export const releaseSql = `
  update delivery d set claim = null
  from unnest($1::date[], $2::bigint[], $3::bigint[]) as r(day, id, claim)
  where d.day = r.day and d.id = r.id and d.claim = r.claim`;
