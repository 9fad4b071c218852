// The statements that release claimed rows that nobody works on. They read the index of claimed rows (`delivery_claimed`),
// so their cost depends on the number of claimed rows and not on the number of waiting ones.

// Slots of this process. The lock keeps their owner until the statement has ended.
const owned = (owner: string, epochs: string) => `owned as materialized (
    select s.sink, s.slot, s.epoch from sink_slot s
    where s.owner = ${owner} and s.epoch = any(${epochs}) for share
  )`;

/** Releases rows that are claimed under epochs ($2) of this process ($1), except those that its memory knows ($3). */
export const freeUnknownClaimsSql = `
  with ${owned('$1::uuid', '$2::bigint[]')}
  update delivery d set claim = null
  where d.state = 'waiting' and d.claim = any(array(select epoch from owned)) and d.id <> all($3::bigint[])
  returning d.id`;

/**
 * Epochs of claims that no slot has any more: their owners have lost the slot. An epoch belongs to one slot and is never
 * used again. Each step finds the next claim by the index, so all rows of one claim cost one look-up.
 */
export const staleEpochsSql = `
  with recursive claims as (
    (select d.claim from delivery d where d.state = 'waiting' and d.claim is not null order by d.claim limit 1)
    union all
    select n.claim from claims c cross join lateral (
      select d.claim from delivery d where d.state = 'waiting' and d.claim is not null and d.claim > c.claim
      order by d.claim limit 1
    ) n
  )
  select c.claim as epoch from claims c where not exists (select from sink_slot s where s.epoch = c.claim)`;

/**
 * Releases up to $4 rows that are claimed under stale epochs ($3), of integrations in slots ($2) of this process ($1). The
 * claimed rows are read first: starting with the integrations, Postgres might read all their waiting rows.
 */
export const freeStaleClaimsSql = `
  with ${owned('$1::uuid', '$2::bigint[]')}, claimed as materialized (
    select d.day, d.id, d.integration_id from delivery d where d.state = 'waiting' and d.claim = any($3::bigint[])
  ), stale as materialized (
    select c.day, c.id from claimed c
    where c.integration_id = any(array(
      select g.id from integrations g where (g.sink, g.slot) in (select sink, slot from owned)
    )) limit $4
  )
  update delivery d set claim = null
  where d.day = any(array(select day from stale)) and d.id = any(array(select id from stale))
    and d.state = 'waiting' and d.claim = any($3::bigint[])
  returning d.id`;
