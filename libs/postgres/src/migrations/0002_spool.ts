// Accepted events that Kafka could not take yet, in the order of their acceptance. Normally empty.
export const spool = {
  name: '0002_spool',
  sql: `
    create table spool (
      id bigint generated always as identity primary key,
      ordering_key text not null,
      headers jsonb not null,
      value bytea not null,
      accepted_at timestamptz not null
    );
  `,
};
