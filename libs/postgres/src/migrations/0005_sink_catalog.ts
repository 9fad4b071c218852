// The sinks that have run here, written by each when it starts: whoever manages integrations knows their names by it.
export const sinkCatalog = {
  name: '0005_sink_catalog',
  sql: `
    create table sink_catalog (
      name text primary key,
      seen_at timestamptz not null default now()
    );
  `,
};
