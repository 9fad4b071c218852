// Counts that survive a restart: distinct events per tenant, type and hour, and incoming webhooks per minute.
export const counts = {
  name: '0004_counts',
  sql: `
    create table event_seen (
      event_id text primary key,
      seen_at timestamptz not null default now()
    );
    create index event_seen_by_age on event_seen (seen_at);

    create table event_count (
      tenant_id text not null,
      event_type text not null,
      hour timestamptz not null,
      events bigint not null,
      primary key (tenant_id, event_type, hour)
    );

    create table webhook_minute (
      minute timestamptz primary key,
      accepted bigint not null default 0,
      rejected bigint not null default 0,
      seconds double precision not null default 0
    );
  `,
};
