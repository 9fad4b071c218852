// What was counted before there were totals is added to them, beside everybody who counts: one snapshot says what was
// counted and what the totals have of it. And hours by time, for whoever asks for a time and for what is forgotten.
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
