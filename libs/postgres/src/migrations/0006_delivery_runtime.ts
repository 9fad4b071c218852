// The ledger in daily partitions, and slots as units of ownership. An old partition is dropped; rows that are unfinished or
// dead by then move to the default partition.

/** Slots of a sink: an integration belongs to the slot to which its id hashes, and the slot's owner delivers for it. */
export const SLOTS = 256;

const partitioned = ['event_body', 'delivery', 'delivery_attempt'];

export const deliveryRuntime = {
  name: '0006_delivery_runtime',
  sql: `
    ${partitioned.map((table) => `create temp table old_${table} on commit drop as select * from ${table}; drop table ${table};`).join('\n')}
    drop table sink_instance;

    create sequence delivery_id as bigint;
    -- one count for all slots, so that an epoch names its owner and its slot
    create sequence slot_epoch as bigint;

    -- "day" is that of the sender's time, so that a repeat of an event falls into the same partition; without a
    -- usable time it is 1970-01-01, which no partition but the default one has
    create table event_body (
      day date not null,
      event_id text not null,
      tenant_id text not null,
      event_type text not null,
      source text not null,
      event_time text,
      accepted_at timestamptz not null,
      value bytea not null,
      -- a sender's own id is unique among its tenant's events only
      primary key (day, event_id, tenant_id)
    ) partition by range (day);
    create table event_body_rest partition of event_body default;

    create table delivery (
      day date not null,
      id bigint not null default nextval('delivery_id'),
      integration_id text not null,
      event_id text not null,
      sink text not null,
      tenant_id text not null,
      event_type text not null,
      ordering_key text not null,
      accepted_at timestamptz not null,
      state text not null default 'waiting' check (state in ('waiting', 'delivered', 'skipped', 'dead')),
      -- attempts used up; a call answered with "come back later" uses up none
      attempts int not null default 0,
      -- calls made, counted or not: numbers the rows of delivery_attempt
      calls int not null default 0,
      next_attempt_at timestamptz not null default now(),
      -- the epoch under which the owner has it in memory; null when it waits here
      claim bigint,
      -- results of the steps done so far and decisions taken once, so that a retry does not repeat them
      steps jsonb not null default '{}',
      reason text,
      reference text,
      finished_at timestamptz,
      primary key (day, id),
      unique (day, integration_id, event_id)
    ) partition by range (day);
    create index delivery_order on delivery (integration_id, ordering_key, id) where state = 'waiting';
    create index delivery_due on delivery (integration_id, next_attempt_at, id) where state = 'waiting' and claim is null;
    create index delivery_dead on delivery (tenant_id, finished_at) where state = 'dead';
    create table delivery_rest partition of delivery default with (fillfactor = 85);

    create table delivery_attempt (
      day date not null,
      delivery_id bigint not null,
      number int not null,
      at timestamptz not null,
      latency_ms int not null,
      outcome text not null,
      status int,
      reason text,
      method text,
      host text,
      -- without the values of its query
      path text,
      -- the first 2 KiB of the answer, secrets masked
      answer text,
      primary key (day, delivery_id, number)
    ) partition by range (day);
    create table delivery_attempt_rest partition of delivery_attempt default;

    insert into event_body select '1970-01-01', event_id, tenant_id, event_type, source, event_time, accepted_at, value
      from old_event_body;
    insert into delivery (day, id, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
        attempts, calls, next_attempt_at, steps, reason, reference, finished_at)
      select '1970-01-01', id, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
        attempts, calls, next_attempt_at, steps, reason, reference, finished_at from old_delivery;
    insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status, reason)
      select '1970-01-01', delivery_id, number, at, latency_ms, outcome, status, reason from old_delivery_attempt;
    select setval('delivery_id', (select coalesce(max(id), 0) + 1 from delivery), false);

    alter table integrations drop column held_until, drop column held_reason,
      -- how it is delivered to: retries, limits, breaker, ages
      add column delivery jsonb not null default '{}',
      add column slot int not null generated always as (('x' || substr(md5(id), 1, 6))::bit(24)::int % ${SLOTS}) stored;
    drop index integrations_by_tenant;
    create index integrations_by_tenant on integrations (tenant_id, sink);
    create index integrations_by_slot on integrations (sink, slot);

    -- why an integration's deliveries wait; no row means that they need not
    create table integration_state (
      integration_id text primary key,
      status text not null check (status in ('ok', 'paused', 'open', 'broken', 'disabled')),
      until timestamptz,
      reason text,
      -- since when nothing but failures came back
      failing_since timestamptz,
      -- the largest share of the time until it is disabled that was told, in percent
      told int not null default 0,
      updated_at timestamptz not null default now()
    );

    -- ids that the other side has given to what belongs to an ordering key: its ticket, its thread
    create table integration_link (
      integration_id text not null,
      ordering_key text not null,
      kind text not null,
      reference text not null,
      updated_at timestamptz not null default now(),
      primary key (integration_id, ordering_key, kind)
    );

    -- OAuth 2 tokens, sealed
    create table integration_token (
      integration_id text not null,
      -- the grant they were got with, hashed: under other settings they are worthless
      grant_id text not null,
      sealed text not null,
      primary key (integration_id, grant_id),
      updated_at timestamptz not null default now()
    );

    create table sink_instance (
      id uuid primary key,
      sinks text[] not null,
      heartbeat_at timestamptz not null default now()
    );
    create table sink_slot (
      sink text not null,
      slot int not null,
      owner uuid,
      epoch bigint not null default 0,
      primary key (sink, slot)
    );

    -- what is to be told on the topic of operations, until it is
    create table operation (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      type text not null,
      tenant_id text not null,
      integration_id text not null,
      sink text not null,
      data jsonb not null
    );
  `,
};
