// For tools that manage integrations and do not import sinks: what each sink accepts and how it is configured, and jobs
// that the sink's own process runs.
export const sinkJobs = {
  name: '0008_sink_jobs',
  sql: `
    -- rows from before say nothing until their sink starts again
    alter table sink_catalog
      add column json_schema jsonb not null default '{}',
      -- fields in the order of the sink, which jsonb does not keep: [{ name, title, description, secret, required }]
      add column ui jsonb not null default '[]',
      add column accepts text[] not null default '{}',
      -- { per_second, concurrency }; null where nothing is known
      add column limits jsonb not null default '{}',
      add column idempotency text not null default 'none',
      add column stability text not null default 'beta',
      add column has_check boolean not null default false;

    create table sink_job (
      -- given by who asks: secrets are sealed for it
      id uuid primary key,
      tenant_id text not null,
      sink text not null,
      kind text not null check (kind in ('check', 'test', 'dry_run', 'preview')),
      -- a saved integration, or the settings of one that is not saved
      integration_id text,
      -- { config, secrets: field name -> sealed value, mapping, rules, delivery }
      settings jsonb,
      input jsonb not null default '{}',
      state text not null default 'waiting' check (state in ('waiting', 'taken', 'done')),
      result jsonb,
      asked_at timestamptz not null default now(),
      taken_at timestamptz,
      taken_by uuid,
      done_at timestamptz,
      check ((integration_id is null) <> (settings is null))
    );
    create index sink_job_waiting on sink_job (sink, asked_at) where state = 'waiting';
  `,
};
