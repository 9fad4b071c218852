// Totals of events that are kept for ever, so that hourly counts can be deleted and no statement reads all of them.
export const eventTotals = {
  name: '0021_event_totals',
  sql: `
    create table event_total (
      tenant_id text not null,
      event_type text not null,
      events bigint not null,
      primary key (tenant_id, event_type)
    );
    -- The totals follow the counts, whoever writes there: the release before knows nothing of them. Deleted hours stay in.
    create function add_to_event_total() returns trigger language plpgsql set search_path from current as $$
    begin
      insert into event_total (tenant_id, event_type, events)
      values (new.tenant_id, new.event_type, new.events - case tg_op when 'UPDATE' then old.events else 0 end)
      on conflict (tenant_id, event_type) do update set events = event_total.events + excluded.events;
      return null;
    end $$;
    create trigger add_to_event_total after insert or update of events on event_count for each row
      execute function add_to_event_total();
  `,
};
