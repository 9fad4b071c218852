// The stored state of integrations: why they wait, so that the next owner knows it too. A state is written together with its
// operational events, so the two always agree. Also counts integrations by status, for metrics.
import type { Database } from '@switchboard/postgres';
import { sanitizedJson, sanitizeText } from './sanitize.ts';

/**
 * `ok`: delivers. `paused`: the vendor asked for a pause. `open`: its circuit breaker is open. `broken`: somebody must
 * fix it. `disabled`: switched off by the runtime after failures over days.
 */
export type IntegrationStatus = 'ok' | 'paused' | 'open' | 'broken' | 'disabled';

/** With these statuses deliveries are parked: they may wait longer than others. */
export const PARKED_STATUSES: readonly IntegrationStatus[] = ['open', 'broken', 'disabled'];

/** The same as the list of an SQL statement. */
export const parkedStatusesSql = PARKED_STATUSES.map((status) => `'${status}'`).join(', ');

/** The status as metrics count it; `off` means switched off by a person. */
export type CountedStatus = IntegrationStatus | 'off';

/** After so many rejected events in a row the integration is probably at fault, not the events. */
export const MANY_REJECTED = 20;

/** Number of integrations of a sink with a status. */
export interface StatusCount {
  readonly sink: string;
  readonly status: CountedStatus;
  readonly integrations: number;
  /** Seconds since the first failure of the one that has failed for longest; 0 when none fails or all are switched off. */
  readonly failingSeconds: number;
  /** How many of the active ones have rejected many events in a row. */
  readonly rejecting: number;
}

/** A state to store. */
export interface StoredState extends IntegrationHealth {
  /** The version of the settings that the state is about. */
  readonly version: string;
}

/** The health of an integration. */
export interface IntegrationHealth {
  readonly integrationId: string;
  readonly status: IntegrationStatus;
  /** When it is tried again; null when it does not wait, or waits for a person. */
  readonly until: Date | null;
  readonly reason: string | null;
  /** The first failure since the last success; null when it does not fail. */
  readonly failingSince: Date | null;
  /** The last notification: percent of the time until it is disabled (50, 70, 90); 0 before the first. */
  readonly notified: number;
  /** Events rejected in a row since the last delivered one; stored in steps of twenty. */
  readonly rejectedInRow: number;
  /** Failed attempts since `failingSince`, counted up to a small limit. */
  readonly failures: number;
}

/** A stored state. */
export interface LoadedState extends IntegrationHealth {
  /** When it was last parked until; null when it never was, or still is. */
  readonly parkedUntil: Date | null;
}

/** An operational event. */
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
      parked_until = case when integration_state.status in (${parkedStatusesSql})
        and excluded.status not in (${parkedStatusesSql}) then now() else integration_state.parked_until end
  )
  insert into operation (type, tenant_id, integration_id, sink, data)
  select o.* from unnest($7::text[], $8::text[], $9::text[], $10::text[], $11::text[]::jsonb[])
    as o(type, tenant_id, integration_id, sink, data)
  where o.type <> 'integration.disabled' or o.integration_id in (select id from disabled)`;

const COUNTED_STATUSES: readonly CountedStatus[] = ['ok', 'paused', 'open', 'broken', 'disabled', 'off'];

// A stored `disabled` of an active integration is outdated: somebody has switched it on again.
const statusCountsSql = `
  select s.sink, t.status, count(g.sink) as integrations,
    coalesce(max(extract(epoch from now() - g.failing_since)), 0)::float8 as "failingSeconds",
    count(*) filter (where g.rejecting) as rejecting
  from unnest($1::text[]) as s(sink) cross join unnest($2::text[]) as t(status)
  left join (
    select g.sink, case when g.active then coalesce(nullif(i.status, 'disabled'), 'ok')
        when i.status = 'disabled' then 'disabled' else 'off' end as status,
      case when g.active and i.status <> 'disabled' then i.failing_since end as failing_since,
      g.active and i.rejected_in_row >= ${MANY_REJECTED} as rejecting
    from integrations g left join integration_state i on i.integration_id = g.id where g.sink = any($1::text[])
  ) g on g.sink = s.sink and g.status = t.status
  group by s.sink, t.status`;

const MAX_TEXT = 1000;

function truncate(data: Operation['data']): Operation['data'] {
  const short = ([name, value]: [string, string | number | null]) => [
    name,
    typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
  ];
  return Object.fromEntries(Object.entries(data).map(short)) as Operation['data'];
}

/** The stored states of integrations. */
export class IntegrationStates {
  constructor(private readonly db: Database) {}

  /** The stored states of integrations; one without a row is `ok`. */
  load(ids: readonly string[]): Promise<LoadedState[]> {
    return this.db.query<LoadedState>(
      `select integration_id as "integrationId", status, until, reason, failing_since as "failingSince", told as "notified", part_failures as failures,
         rejected_in_row as "rejectedInRow", parked_until as "parkedUntil"
       from integration_state where integration_id = any($1::text[])`,
      [ids],
    );
  }

  /** Counts integrations, for each status of each sink. */
  statusCounts(sinks: readonly string[]): Promise<StatusCount[]> {
    return this.db.query<StatusCount>(statusCountsSql, [sinks, COUNTED_STATUSES]);
  }

  /**
   * Stores states and their operational events. A status of `disabled` switches the integration off. When its settings have
   * changed since, the fault may be fixed, so nothing about `disabled` is stored or published.
   */
  async write(states: readonly StoredState[], operations: readonly Operation[]): Promise<void> {
    await this.db.query(writeSql, [
      states.map(({ integrationId }) => integrationId),
      states.map(({ status }) => status),
      states.map(({ until }) => until?.toISOString() ?? null),
      states.map(({ reason }) => (reason === null ? null : sanitizeText(reason, MAX_TEXT))),
      states.map(({ failingSince }) => failingSince?.toISOString() ?? null),
      states.map(({ notified }) => notified),
      operations.map(({ type }) => type),
      operations.map(({ tenantId }) => tenantId),
      operations.map(({ integrationId }) => integrationId),
      operations.map(({ sink }) => sink),
      operations.map(({ data }) => sanitizedJson(truncate(data))),
      states.map(({ version }) => version),
      states.map(({ failures }) => failures),
      states.map(({ rejectedInRow }) => rejectedInRow),
    ]);
  }
}
