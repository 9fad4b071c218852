// `setup status`: whether each integration delivers, and if not, why, since when, and how many deliveries wait.
import type { Database } from '@switchboard/postgres';
import { table, time } from '../text.ts';

/** The status of an integration and the numbers of its deliveries. */
export interface IntegrationStatus {
  readonly id: string;
  readonly tenant: string;
  readonly sink: string;
  /** As in docs/integrations.md. `off`: `active: false` in the file. */
  readonly status: 'ok' | 'paused' | 'open' | 'broken' | 'disabled' | 'off';
  /** Why it is not ok, if known. */
  readonly reason: string | null;
  /** When it will be tried again. */
  readonly until: Date | null;
  /** Since when it has only failed. */
  readonly failingSince: Date | null;
  /** Events that were rejected in a row, in steps of twenty. */
  readonly rejectedInRow: number;
  readonly waiting: number;
  readonly dead: number;
}

const statusSql = `
  with waiting as (
    select integration_id, count(*)::int as rows from delivery where state = 'waiting' group by integration_id
  ), dead as (
    select integration_id, count(*)::int as rows from dead_letter
    where state = 'dead' and delivery_id is not null group by integration_id
  )
  select g.id, g.tenant_id as tenant, g.sink,
    case when g.active then coalesce(nullif(s.status, 'disabled'), 'ok')
      when s.status = 'disabled' then 'disabled' else 'off' end as status,
    case when s.status = 'disabled' and g.active then null else s.reason end as reason, s.until, s.failing_since as "failingSince",
    coalesce(s.rejected_in_row, 0) as "rejectedInRow", coalesce(w.rows, 0) as waiting, coalesce(d.rows, 0) as dead
  from integrations g left join integration_state s on s.integration_id = g.id
    left join waiting w on w.integration_id = g.id left join dead d on d.integration_id = g.id
  order by g.tenant_id, g.id`;

/** Reads the status of all integrations. */
export function statusOf(database: Database): Promise<IntegrationStatus[]> {
  return database.query<IntegrationStatus>(statusSql);
}

/** When this many events in a row were rejected, or more, the status says so. */
const MANY_REJECTED = 20;

const HEAD = ['integration', 'tenant', 'sink', 'status', 'waiting', 'dead', 'failing since', 'why'];

/** A table for people; `now` in ms since 1970. */
export function statusText(all: readonly IntegrationStatus[], now: number): string {
  if (all.length === 0) return 'There are no integrations; apply some with setup integrations.';
  const rows = all.map((one) => [
    one.id,
    one.tenant,
    one.sink,
    one.until === null || one.until.getTime() <= now ? one.status : `${one.status} until ${time(one.until)}`,
    one.waiting.toLocaleString('en'),
    one.dead.toLocaleString('en'),
    one.failingSince === null ? '-' : time(one.failingSince),
    whyOf(one),
  ]);
  return table(HEAD, rows).join('\n');
}

/** A single rejected event says nothing about the integration; many in a row do. */
function whyOf({ reason, rejectedInRow }: IntegrationStatus): string {
  if (rejectedInRow < MANY_REJECTED) return reason ?? '-';
  const row = `the last ${rejectedInRow.toLocaleString('en')} events or more were rejected: npm run dlq -- list`;
  return reason === null ? row : `${reason}; ${row}`;
}
