// The sinks that have run here. Each writes its row when it starts, for tools that manage integrations.
export const sinkCatalog = {
  name: '0005_sink_catalog',
  sql: `
    create table sink_catalog (
      name text primary key,
      seen_at timestamptz not null default now()
    );
  `,
};
