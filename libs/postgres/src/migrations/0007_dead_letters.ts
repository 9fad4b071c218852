// One list of dead letters: dead deliveries and records of the dead-letter topic. It has narrow rows of its own, because
// dead rows are scattered among the delivered rows of the ledger, and a search there takes a second.
export const deadLetters = {
  name: '0007_dead_letters',
  sql: `
    alter table delivery
      -- what this delivery alone is made with, in place of its event's body
      add column edited_body bytea,
      -- its age counts from here when it was dead before
      add column replayed_at timestamptz;

    -- who did what about dead letters
    create table dead_letter_action (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      actor text not null,
      verb text not null check (verb in ('edit', 'replay', 'discard')),
      -- the ids or the filter it was asked for
      chosen jsonb not null,
      reason text,
      forced boolean not null default false,
      dry_run boolean not null default false,
      -- what it came to, counted on the way
      deliveries int not null default 0,
      records int not null default 0,
      failed int not null default 0,
      -- null while it runs, and for ever when it was cut off
      finished_at timestamptz
    );

    create table dead_letter (
      seq bigint generated always as identity primary key,
      state text not null default 'dead' check (state in ('dead', 'replayed', 'discarded')),
      at timestamptz not null,
      -- the service that gave it up
      stage text not null,
      tenant_id text,
      integration_id text,
      event_type text,
      event_id text,
      reason text not null,
      attempts int not null,
      -- either a row of the ledger
      day date,
      delivery_id bigint unique,
      -- or a record, by its place on the topic of dead letters
      letter_partition int,
      letter_offset bigint,
      settled_at timestamptz,
      settled_by bigint references dead_letter_action,
      unique (letter_partition, letter_offset),
      check (num_nonnulls(delivery_id, letter_offset) = 1)
    );
    create index dead_letter_by_time on dead_letter (at, seq) where state = 'dead';
    create index dead_letter_by_tenant on dead_letter (tenant_id, at, seq) where state = 'dead';
    create index dead_letter_by_age on dead_letter (at);

    -- a record as it was, without what its burial added to the headers
    create table dead_record (
      letter_partition int not null,
      letter_offset bigint not null,
      consumer_group text,
      origin_topic text,
      origin_partition int,
      origin_offset bigint,
      -- milliseconds since the epoch, whatever the sender made of them
      timestamp_ms bigint not null,
      key bytea,
      value bytea,
      -- name -> list of values in base64, null for none; not jsonb, which takes no NUL in a name
      headers json not null,
      -- what is replayed in place of the value
      edited_value bytea,
      primary key (letter_partition, letter_offset),
      foreign key (letter_partition, letter_offset) references dead_letter (letter_partition, letter_offset)
        on delete cascade
    );

    -- The list follows the ledger, whoever writes there: no statement can forget it.
    create function list_dead_delivery() returns trigger language plpgsql set search_path from current as $$
    begin
      if new.state = 'dead' then
        insert into dead_letter (at, stage, tenant_id, integration_id, event_type, event_id, reason, attempts, day, delivery_id)
        values (coalesce(new.finished_at, now()), 'sink-' || new.sink, new.tenant_id, new.integration_id, new.event_type,
          new.event_id, coalesce(new.reason, ''), new.calls, new.day, new.id)
        on conflict (delivery_id) do update set state = 'dead', at = excluded.at, reason = excluded.reason,
          attempts = excluded.attempts, settled_at = null, settled_by = null;
      else
        update dead_letter set state = case new.state when 'waiting' then 'replayed' else 'discarded' end,
          settled_at = now()
        where delivery_id = new.id and state = 'dead';
      end if;
      return null;
    end $$;
    create trigger list_born_dead after insert on delivery for each row when (new.state = 'dead')
      execute function list_dead_delivery();
    create trigger list_dead_delivery after update of state on delivery for each row
      when (old.state <> new.state and (old.state = 'dead' or new.state = 'dead'))
      execute function list_dead_delivery();
    insert into dead_letter (at, stage, tenant_id, integration_id, event_type, event_id, reason, attempts, day, delivery_id)
      select coalesce(finished_at, accepted_at), 'sink-' || sink, tenant_id, integration_id, event_type, event_id,
        coalesce(reason, ''), calls, day, id
      from delivery where state = 'dead' order by id;
  `,
};
