// Since when a tenant has had signing secrets: where not all secrets can be tried, those of the oldest tenants are.
export const secretAge = {
  name: '0027_secret_age',
  sql: `alter table webhook_secrets add column created_at timestamptz not null default now();`,
};
