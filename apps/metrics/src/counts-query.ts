// Validates a query of the counts and reads counts and totals.
import type { Queryable } from '@switchboard/postgres';
import { z } from 'zod';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_ROWS = 10_000;
/** Limits how much one query reads; people look at the result. */
const MAX_DAYS = 100;

const name = (what: string) =>
  z
    .string()
    .min(1, `must name ${what}`)
    .max(500)
    .regex(/^[^\0]*$/, 'has a NUL');
const moment = z.iso.datetime({ offset: true, error: 'must be a time, for example 2026-02-03T00:00:00Z' });

/** The query parameters: all are optional, and others are refused. */
export const countsQuery = z
  .strictObject({
    tenant: name('a tenant').optional(),
    type: name('an event type').optional(),
    /** First hour; by default a day before `to`. */
    from: moment.optional(),
    /** End, exclusive; by default now. */
    to: moment.optional(),
  })
  .transform(({ from, to, ...rest }) => {
    const until = to ? new Date(to) : new Date();
    return { ...rest, from: from ? new Date(from) : new Date(until.getTime() - DAY_MS), to: until };
  })
  .refine(({ from, to }) => from < to, { path: ['from'], error: 'must be before "to"' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= MAX_DAYS * DAY_MS, {
    path: ['from'],
    error: `must be at most ${MAX_DAYS} days before "to"`,
  });

export type CountsQuery = z.output<typeof countsQuery>;

/** Events of one tenant and type in one hour. */
export interface HourCount {
  readonly tenant: string;
  readonly type: string;
  readonly hour: string;
  readonly events: number;
}

/** Sums of the counts. */
export interface Totals {
  readonly events: number;
  readonly by_tenant: Readonly<Record<string, number>>;
  readonly by_type: Readonly<Record<string, number>>;
}

/** The condition of a query and its parameters. It contains only the given filters, so that an index fits. */
function hours({ from, to, tenant, type }: CountsQuery): { where: string; params: unknown[] } {
  const params: unknown[] = [from, to];
  let where = `where hour >= date_trunc('hour', $1::timestamptz) and hour < $2`;
  if (tenant !== undefined) where += ` and tenant_id = $${params.push(tenant)}`;
  if (type !== undefined) where += ` and event_type = $${params.push(type)}`;
  return { where, params };
}

/** Counts by tenant, type and hour, oldest first; `complete` is false when there are more than ten thousand. */
export async function readCounts(database: Queryable, asked: CountsQuery) {
  const { where, params } = hours(asked);
  const rows = await database.query<{ tenant: string; type: string; hour: Date; events: number }>(
    `select tenant_id as tenant, event_type as type, hour, events from event_count ${where}
     order by hour, tenant_id, event_type limit ${MAX_ROWS + 1}`,
    params,
  );
  const counts: HourCount[] = rows
    .slice(0, MAX_ROWS)
    .map((row) => ({ ...row, hour: row.hour.toISOString() }));
  const found = await database.query<Sum>(
    `select tenant_id as tenant, event_type as type, sum(events)::bigint as events
     from event_count ${where} group by tenant_id, event_type`,
    params,
  );
  return {
    from: asked.from.toISOString(),
    to: asked.to.toISOString(),
    counts,
    complete: rows.length <= MAX_ROWS,
    totals: totalsOf(found),
  };
}

/** Sums of all events ever counted, also of deleted hours. */
export async function readTotals(database: Queryable): Promise<Totals> {
  return totalsOf(
    await database.query<Sum>('select tenant_id as tenant, event_type as type, events from event_total'),
  );
}

interface Sum {
  readonly tenant: string;
  readonly type: string;
  readonly events: number;
}

function totalsOf(rows: readonly Sum[]): Totals {
  return {
    events: rows.reduce((sum, { events }) => sum + events, 0),
    by_tenant: sums(rows.map(({ tenant, events }) => [tenant, events])),
    by_type: sums(rows.map(({ type, events }) => [type, events])),
  };
}

function sums(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  const sum = new Map<string, number>();
  for (const [key, events] of pairs) sum.set(key, (sum.get(key) ?? 0) + events);
  return Object.fromEntries([...sum].sort(([, a], [, b]) => b - a));
}
