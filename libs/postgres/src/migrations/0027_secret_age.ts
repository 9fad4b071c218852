// The age of signing secrets: where not all secrets can be tried, those of the oldest tenants are tried.
export const secretAge = {
  name: '0027_secret_age',
  sql: `alter table webhook_secrets add column created_at timestamptz not null default now();`,
};
