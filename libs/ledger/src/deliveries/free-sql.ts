// The statements that free rows which are claimed and which nobody works on. They read the index of claimed rows
// (`delivery_claimed`): what they cost follows from how many rows are claimed, not from how many wait.

// Slots whose owner cannot change until the statement has ended.
const ours = (owner: string, epochs: string) => `ours as materialized (
    select s.sink, s.slot, s.epoch from sink_slot s
    where s.owner = ${owner} and s.epoch = any(${epochs}) for share
  )`;

/** Frees rows that are claimed under epochs of this process ($1, $2), but for those that its memory knows ($3). */
export const sweepSql = `
  with ${ours('$1::uuid', '$2::bigint[]')}
  update delivery d set claim = null
  where d.state = 'waiting' and d.claim = any(array(select epoch from ours)) and d.id <> all($3::bigint[])
  returning d.id`;

/**
 * Epochs that rows are claimed under and that no slot has any more: their owners are gone. An epoch is of one slot and
 * never comes back. Each step finds the next claim by the index, so rows of one claim cost one look.
 */
export const goneEpochsSql = `
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
 * Frees so many rows ($4) that are claimed under these epochs ($3), of integrations in slots of this process ($1, $2). The
 * claimed rows are read first: beginning with the integrations, Postgres may read all that waits for them.
 */
export const freeGoneSql = `
  with ${ours('$1::uuid', '$2::bigint[]')}, claimed as materialized (
    select d.day, d.id, d.integration_id from delivery d where d.state = 'waiting' and d.claim = any($3::bigint[])
  ), gone as materialized (
    select c.day, c.id from claimed c
    where c.integration_id = any(array(
      select g.id from integrations g where (g.sink, g.slot) in (select sink, slot from ours)
    )) limit $4
  )
  update delivery d set claim = null
  where d.day = any(array(select day from gone)) and d.id = any(array(select id from gone))
    and d.state = 'waiting' and d.claim = any($3::bigint[])
  returning d.id`;
