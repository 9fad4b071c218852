// The integrations of tenants, and the secrets with which their webhooks are signed.
export const integrations = {
  name: '0001_integrations',
  sql: `
    create table integrations (
      id text primary key,
      tenant_id text not null,
      sink text not null,
      config jsonb not null,
      -- field name -> sealed value (v1.keyId.iv.tag.ct)
      secrets jsonb not null default '{}',
      mapping jsonb not null default '{}',
      rules jsonb not null default '[]',
      active boolean not null default true,
      -- events accepted before this moment are not for this integration
      active_from timestamptz not null default now(),
      -- set while the integration itself is at fault: its deliveries wait, none dies
      held_until timestamptz,
      held_reason text,
      updated_at timestamptz not null default now()
    );
    create index integrations_by_tenant on integrations (tenant_id, sink) where active;

    create table webhook_secrets (
      id text primary key,
      tenant_id text not null,
      sealed text not null,
      active boolean not null default true,
      updated_at timestamptz not null default now()
    );
  `,
};
