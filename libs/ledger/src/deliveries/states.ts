// Why integrations wait, kept so that the next owner knows, and what is told about it on the topic of operations: written
// together, so that neither says what the other does not. And how many wait for which reason.
import type { Database } from '@switchboard/postgres';
import { storableJson, storableText } from './storable.ts';

/** `ok` delivers; `paused` was told to come back later; `open` has an open breaker; `broken` needs mending. */
export type Status = 'ok' | 'paused' | 'open' | 'broken' | 'disabled';

/** How an integration stands: `off` is one that a person has switched off. */
export type Standing = Status | 'off';

/** So many events rejected in a row are no accident of single events. */
export const MANY_REJECTED = 20;

/** How many integrations of a sink stand so. */
export interface SinkStanding {
  readonly sink: string;
  readonly standing: Standing;
  readonly integrations: number;
  /** Since the one among them that has failed for longest did so first; 0 when none fails or all are switched off. */
  readonly failingSeconds: number;
  /** How many of them that are on have rejected many events in a row. */
  readonly rejecting: number;
}

/** What is kept about an integration. */
export interface StoredState extends IntegrationHealth {
  /** The version of its settings that it was said about. */
  readonly version: string;
}

/** How an integration is. */
export interface IntegrationHealth {
  readonly integrationId: string;
  readonly status: Status;
  /** When it is tried again; null when it need not wait, or waits for somebody. */
  readonly until: Date | null;
  readonly reason: string | null;
  /** Since when nothing but failures came back. */
  readonly failingSince: Date | null;
  /** Share of the time until it is disabled that was told, in percent. */
  readonly told: number;
  /** Events that were rejected, one after the other, since one was delivered; kept in steps of twenty. */
  readonly rejectedInRow: number;
  /** Failed attempts since then, up to a few. */
  readonly failures: number;
}

/** The same, as it is read. */
export interface LoadedState extends IntegrationHealth {
  /** Until when it stood still, the last time; null when it never did, or still does. */
  readonly parkedUntil: Date | null;
}

/** Something for the topic of operations. */
export interface Operation {
  readonly type:
    | 'integration.broken'
    | 'integration.failing'
    | 'integration.disabled'
    | 'integration.recovered'
    | 'breaker.opened'
    | 'breaker.closed';
  readonly tenantId: string;
  readonly integrationId: string;
  readonly sink: string;
  readonly data: Readonly<Record<string, string | number | null>>;
}

const writeSql = `
  with given as (
    select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::int[],
      $12::timestamptz[], $13::int[], $14::int[])
      as s(id, status, until, reason, failing_since, told, version, part_failures, rejected_in_row)
  ), disabled as (
    update integrations g set active = false, updated_at = now() from given s
    where g.id = s.id and s.status = 'disabled' and g.updated_at = s.version
    returning g.id
  ), kept as (
    insert into integration_state (integration_id, status, until, reason, failing_since, told, part_failures,
      rejected_in_row)
    select id, status, until, reason, failing_since, told, part_failures, rejected_in_row from given
    where status <> 'disabled' or id in (select id from disabled) order by id
    on conflict (integration_id) do update set status = excluded.status, until = excluded.until,
      reason = excluded.reason, failing_since = excluded.failing_since, told = excluded.told, part_failures = excluded.part_failures,
      rejected_in_row = excluded.rejected_in_row, updated_at = now(),
      parked_until = case when integration_state.status in ('broken', 'disabled')
        and excluded.status not in ('broken', 'disabled') then now() else integration_state.parked_until end
  )
  insert into operation (type, tenant_id, integration_id, sink, data)
  select o.* from unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[]::jsonb[])
    as o(type, tenant_id, integration_id, sink, data)
  where o.type <> 'integration.disabled' or o.integration_id in (select id from disabled)`;

const STANDINGS: readonly Standing[] = ['ok', 'paused', 'open', 'broken', 'disabled', 'off'];

// A stored `disabled` of one that is active is of the past: it was switched on again.
const standingsSql = `
  select s.sink, t.standing, count(g.sink) as integrations,
    coalesce(max(extract(epoch from now() - g.failing_since)), 0)::float8 as "failingSeconds",
    count(*) filter (where g.rejecting) as rejecting
  from unnest($1::text[]) as s(sink) cross join unnest($2::text[]) as t(standing)
  left join (
    select g.sink, case when g.active then coalesce(nullif(i.status, 'disabled'), 'ok')
        when i.status = 'disabled' then 'disabled' else 'off' end as standing,
      case when g.active and i.status <> 'disabled' then i.failing_since end as failing_since,
      g.active and i.rejected_in_row >= ${MANY_REJECTED} as rejecting
    from integrations g left join integration_state i on i.integration_id = g.id where g.sink = any($1::text[])
  ) g on g.sink = s.sink and g.standing = t.standing
  group by s.sink, t.standing`;

const MAX_TEXT = 1000;

function cut(data: Operation['data']): Operation['data'] {
  const short = ([name, value]: [string, string | number | null]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
  ];
  return Object.fromEntries(Object.entries(data).map(short)) as Operation['data'];
}

/** The stored states of integrations. */
export class States {
  constructor(private readonly db: Database) {}

  /** What is stored about these; those without a row are well. */
  load(ids: readonly string[]): Promise<LoadedState[]> {
    return this.db.query<LoadedState>(
      `select integration_id as "integrationId", status, until, reason, failing_since as "failingSince", told, part_failures as failures,
         rejected_in_row as "rejectedInRow", parked_until as "parkedUntil"
       from integration_state where integration_id = any($1::text[])`,
      [ids],
    );
  }

  /** How the integrations of these sinks stand, each standing of each sink. */
  standings(sinks: readonly string[]): Promise<SinkStanding[]> {
    return this.db.query<SinkStanding>(standingsSql, [sinks, STANDINGS]);
  }

  /**
   * Stores states and what is to be told. A status of `disabled` switches the integration off, unless it was changed since:
   * what failed may have been mended, so nothing of it is stored or told.
   */
  async write(states: readonly StoredState[], operations: readonly Operation[]): Promise<void> {
    await this.db.query(writeSql, [
      states.map(({ integrationId }) => integrationId),
      states.map(({ status }) => status),
      states.map(({ until }) => until?.toISOString() ?? null),
      states.map(({ reason }) => (reason === null ? null : storableText(reason, MAX_TEXT))),
      states.map(({ failingSince }) => failingSince?.toISOString() ?? null),
      states.map(({ told }) => told),
      operations.map(({ type }) => type),
      operations.map(({ tenantId }) => tenantId),
      operations.map(({ integrationId }) => integrationId),
      operations.map(({ sink }) => sink),
      operations.map(({ data }) => storableJson(cut(data))),
      states.map(({ version }) => version),
      states.map(({ failures }) => failures),
      states.map(({ rejectedInRow }) => rejectedInRow),
    ]);
  }
}
