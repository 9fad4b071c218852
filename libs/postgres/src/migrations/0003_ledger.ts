// The delivery ledger: one row per event and integration that wants it. The body is stored once, in a table of its own,
// because the delivery's row changes often.
export const ledger = {
  name: '0003_ledger',
  sql: `
    create table event_body (
      event_id text not null,
      tenant_id text not null,
      event_type text not null,
      source text not null,
      event_time text,
      accepted_at timestamptz not null,
      value bytea not null,
      -- a sender's own id is unique among its tenant's events only
      primary key (event_id, tenant_id)
    );

    create table delivery (
      id bigint generated always as identity primary key,
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
      -- the process that has it in memory; free when null or when that process fell silent
      claimed_by uuid,
      -- results of the steps done so far, so that a retry does not repeat them
      steps jsonb not null default '{}',
      reason text,
      reference text,
      finished_at timestamptz,
      unique (integration_id, event_id)
    ) with (fillfactor = 85);
    create index delivery_order on delivery (integration_id, ordering_key, id) where state = 'waiting';
    create index delivery_due on delivery (integration_id, next_attempt_at) where state = 'waiting';
    create index delivery_dead on delivery (sink, integration_id) where state = 'dead';

    create table delivery_attempt (
      delivery_id bigint not null,
      number int not null,
      at timestamptz not null,
      latency_ms int not null,
      outcome text not null,
      status int,
      reason text,
      primary key (delivery_id, number)
    );

    create table sink_instance (
      id uuid primary key,
      heartbeat_at timestamptz not null default now()
    );
  `,
};
