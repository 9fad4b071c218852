// A spooled event that Kafka refuses is set aside, so that later events go on. Both columns are null for all other events,
// so the previous release works with this schema.
export const spoolRefusals = {
  name: '0026_spool_refusals',
  sql: `
    alter table spool
      -- set when Kafka refused the event: it is tried again from then on
      add column refused_until timestamptz,
      -- what Kafka said, without anything of the event itself
      add column refusal text;
    create index spool_due on spool (id) where refused_until is null;
    create index spool_refused on spool (refused_until) where refused_until is not null;
  `,
};
