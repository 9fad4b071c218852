// The state of model calls: tenants' settings, each answer (stored before it is used), and what was spent.

export const model = {
  name: '0013_model',
  sql: `
    create table tenant_insight (
      tenant_id text primary key,
      -- sealed; null: the platform's own key is used
      api_key text,
      -- { tokens_per_day, tokens_per_month, usd_per_day, usd_per_month }; what is absent has no limit of the tenant's own
      limits jsonb not null default '{}',
      products text[] not null default '{}',
      competitors text[] not null default '{}',
      updated_at timestamptz not null default now()
    );

    create table model_answer (
      tenant_id text not null,
      event_id text not null,
      prompt_version text not null,
      -- of what was asked: who asks the same again need not call
      content_hash text,
      source text not null check (source in ('model', 'cache', 'fallback', 'local')),
      -- what the model said, null for a fallback; not jsonb, which takes no NUL in a text
      answer json,
      model text,
      -- as it was spliced into the event, so that a repeat of the event is given the same bytes
      enrichment bytea not null,
      created_at timestamptz not null default now(),
      primary key (tenant_id, event_id, prompt_version),
      check (answer is null or model is not null)
    );
    create index model_answer_same on model_answer (tenant_id, content_hash, prompt_version, created_at)
      where answer is not null;
    create index model_answer_by_age on model_answer (created_at);

    create table model_spend (
      tenant_id text not null,
      -- a day (2026-11-28) or a month (2026-11) in UTC
      period text not null,
      tokens bigint not null default 0,
      -- millionths of a US dollar
      micro_usd bigint not null default 0,
      primary key (tenant_id, period)
    );
    create index model_spend_by_age on model_spend (period);
  `,
};
