// Adds earlier counts to the totals while services go on counting: one snapshot shows both the counts and the part of them
// that the totals already have. It also adds an index of hours, for queries by time and for deletion.
export const eventTotalsOfBefore = {
  name: '0022_event_totals_of_before',
  online: (concurrently: string) => [
    `drop index ${concurrently} if exists event_count_by_hour`,
    `create index ${concurrently} event_count_by_hour on event_count (hour, tenant_id, event_type)`,
  ],
  sql: `
    insert into event_total (tenant_id, event_type, events)
    select c.tenant_id, c.event_type, c.events - coalesce(t.events, 0)
    from (select tenant_id, event_type, sum(events)::bigint as events from event_count group by 1, 2) c
    left join event_total t using (tenant_id, event_type)
    order by 1, 2
    on conflict (tenant_id, event_type) do update set events = event_total.events + excluded.events
  `,
};
