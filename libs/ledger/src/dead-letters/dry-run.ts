// What replaying deliveries would send, asked of the processes that host their sinks: only these have the code.
import { setTimeout as wait } from 'node:timers/promises';
import type { Queryable } from '@switchboard/postgres';
import type { DryRequest, JobResult } from '../jobs/job.ts';

/** The requests of a delivery, or why there is nothing to show. */
export type DryDelivery = { readonly delivery: number } & (
  | { readonly requests: readonly DryRequest[]; readonly outcome: string }
  | { readonly problem: string }
);

const ALIVE_SECONDS = 10;
const POLL_MS = 100;

const askSql = `
  with asked as (
    select l.delivery_id, l.day, l.stage, d.sink, g.id as integration_id, g.tenant_id, gen_random_uuid() as job,
      exists (
        select 1 from sink_instance i
        where d.sink = any(i.sinks) and i.heartbeat_at > clock_timestamp() - ${ALIVE_SECONDS} * interval '1 second'
      ) as alive
    from dead_letter l left join delivery d on d.day = l.day and d.id = l.delivery_id
    left join integrations g on g.id = d.integration_id
    where l.delivery_id = any($1::bigint[])
  ), made as (
    insert into sink_job (id, tenant_id, sink, kind, integration_id, input)
    select job, tenant_id, sink, 'dry_run', integration_id, 
      jsonb_build_object('deliveryId', delivery_id, 'day', day, 'forced', $2::boolean)
    from asked where alive and integration_id is not null order by delivery_id
  )
  select delivery_id as delivery, job, stage, alive, sink is not null and integration_id is not null as "isThere"
  from asked order by delivery_id`;

interface Asked {
  readonly delivery: number;
  readonly job: string;
  readonly stage: string;
  readonly alive: boolean;
  readonly isThere: boolean;
}

/** Asks for dry runs, of a forced replay or a plain one, and waits for their results; what does not answer in time is a problem of its delivery. */
export async function dryRunDeliveries(
  db: Queryable,
  deliveries: readonly number[],
  { forced, deadlineMs }: { readonly forced: boolean; readonly deadlineMs: number },
): Promise<DryDelivery[]> {
  if (deliveries.length === 0) return [];
  const until = performance.now() + deadlineMs;
  const asked = await db.query<Asked>(askSql, [deliveries, forced]);
  const open = new Set(asked.filter(({ alive, isThere }) => alive && isThere).map(({ job }) => job));
  const results = new Map<string, JobResult>();
  for (;;) {
    for (const { id, result } of await resultsOf(db, [...open])) {
      open.delete(id);
      results.set(id, result);
    }
    if (open.size === 0 || performance.now() >= until) break;
    await wait(POLL_MS);
  }
  // Nobody reads their results any more.
  if (open.size > 0) await db.query('delete from sink_job where id = any($1::uuid[])', [[...open]]);
  return asked.map((one) => ({
    delivery: one.delivery,
    ...outcomeOf(one, results.get(one.job), deadlineMs),
  }));
}

function resultsOf(db: Queryable, jobs: readonly string[]): Promise<{ id: string; result: JobResult }[]> {
  if (jobs.length === 0) return Promise.resolve([]);
  return db.query(`select id, result from sink_job where id = any($1::uuid[]) and state = 'done'`, [jobs]);
}

function outcomeOf({ stage, alive, isThere }: Asked, result: JobResult | undefined, deadlineMs: number) {
  if (!isThere)
    return { problem: 'the delivery or its integration is there no more: a replay leaves it dead' };
  if (!alive) return { problem: `no process of ${stage} runs that could tell; start it and ask again` };
  if (result === undefined)
    return { problem: `no process of ${stage} answered within ${deadlineMs / 1000} s; ask again` };
  if ('error' in result) return { problem: result.error.message };
  if (!('requests' in result)) return { problem: `${stage} answered what is no dry run` };
  const { kind, reason } = result.outcome;
  return { requests: result.requests, outcome: reason === null ? kind : `${kind}: ${reason}` };
}
