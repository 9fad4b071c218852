// A dry run of a replay: counts what would be replayed, and shows what the first letters would send. Only the processes that
// host a sink have its code, so they run its deliveries as jobs and this waits for the results.
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Queryable } from '@switchboard/postgres';
import type { DryRequest, JobResult } from '../jobs/job.ts';
import { beginAction, endAction } from './action-log.ts';
import { formatIdColumns, type IdColumns } from './dead-letter.ts';
import { countDeadLetters, type DeadLetterCount } from './search-dead-letters.ts';
import { type DeadLetterSelection, SqlParameters, selectionCondition } from './selection.ts';

/** Who asks for a dry run, and how. */
export interface DryRunOptions {
  readonly actor: string;
  readonly force?: boolean;
  /** How many deliveries and records to show, in the order of the replay; default 10. */
  readonly sample?: number;
  /** How long to wait for the requests; default 20,000. */
  readonly deadlineMs?: number;
}

/** The requests that a delivery would send and its outcome, or why they are not known. */
export type DeliveryDryRun = { readonly delivery: number } & (
  | { readonly requests: readonly DryRequest[]; readonly outcome: string }
  | { readonly problem: string }
);

/** Where a record would be sent. */
export interface RecordDryRun {
  readonly id: string;
  /** The topic's name on the broker. */
  readonly topic: string | null;
  readonly partition: number | null;
  readonly bytes: number | null;
}

/** What a replay would do. */
export interface ReplayDryRun extends DeadLetterCount {
  readonly firstDeliveries: readonly DeliveryDryRun[];
  readonly firstRecords: readonly RecordDryRun[];
}

const SAMPLE = 10;
const DEADLINE_MS = 20_000;
const ALIVE_SECONDS = 10;
const POLL_MS = 100;

/** Shows what a replay would do. Deliveries have the idempotency key that the replay would use. */
export async function dryRunReplay(
  db: Database,
  selection: DeadLetterSelection,
  { actor, force = false, sample = SAMPLE, deadlineMs = DEADLINE_MS }: DryRunOptions,
): Promise<ReplayDryRun> {
  const action = await beginAction(db, { verb: 'replay', actor, selection, forced: force, dryRun: true });
  const count = await countDeadLetters(db, selection);
  const parameters = new SqlParameters();
  const condition = selectionCondition(selection, parameters);
  const limit = parameters.add(sample);
  const deliveries = await db.query<{ id: number }>(
    `select delivery_id as id from dead_letter where ${condition} and delivery_id is not null
     order by delivery_id limit ${limit}`,
    parameters.values,
  );
  const records = await db.query<IdColumns & Omit<RecordDryRun, 'id' | 'partition'> & { to: number | null }>(
    `select null as delivery, l.letter_partition as partition, l.letter_offset as "offset", r.origin_topic as topic,
       r.origin_partition as to, octet_length(coalesce(r.edited_value, r.value)) as bytes
     from (select letter_partition, letter_offset from dead_letter where ${condition} and delivery_id is null
       order by letter_partition, letter_offset limit ${limit}) l
     join dead_record r using (letter_partition, letter_offset) order by 2, 3`,
    parameters.values,
  );
  const firstDeliveries = await dryRunDeliveries(
    db,
    deliveries.map(({ id }) => id),
    { forced: force, deadlineMs },
  );
  await endAction(db, action);
  return {
    ...count,
    firstDeliveries,
    firstRecords: records.map((record) => ({
      id: formatIdColumns(record),
      topic: record.topic,
      partition: record.to,
      bytes: record.bytes,
    })),
  };
}

const requestSql = `
  with requested as (
    select l.delivery_id, l.day, l.stage, d.sink, g.id as integration_id, g.tenant_id, gen_random_uuid() as job,
      exists (
        select 1 from sink_instance i
        where d.sink = any(i.sinks) and i.heartbeat_at > clock_timestamp() - ${ALIVE_SECONDS} * interval '1 second'
      ) as alive
    from dead_letter l left join delivery d on d.day = l.day and d.id = l.delivery_id
    left join integrations g on g.id = d.integration_id
    where l.delivery_id = any($1::bigint[])
  ), created as (
    insert into sink_job (id, tenant_id, sink, kind, integration_id, input)
    select job, tenant_id, sink, 'dry_run', integration_id, 
      jsonb_build_object('deliveryId', delivery_id, 'day', day, 'forced', $2::boolean)
    from requested where alive and integration_id is not null order by delivery_id
  )
  select delivery_id as delivery, job, stage, alive, sink is not null and integration_id is not null as "exists"
  from requested order by delivery_id`;

interface RequestedDryRun {
  readonly delivery: number;
  readonly job: string;
  readonly stage: string;
  /** Whether a process that hosts the sink runs. */
  readonly alive: boolean;
  /** Whether the row and its integration exist. */
  readonly exists: boolean;
}

/** Requests a dry run for each delivery and waits for the results. A delivery without a result in time gets a problem. */
export async function dryRunDeliveries(
  db: Queryable,
  deliveries: readonly number[],
  { forced, deadlineMs }: { readonly forced: boolean; readonly deadlineMs: number },
): Promise<DeliveryDryRun[]> {
  if (deliveries.length === 0) return [];
  const until = performance.now() + deadlineMs;
  const requested = await db.query<RequestedDryRun>(requestSql, [deliveries, forced]);
  const open = new Set(requested.filter(({ alive, exists }) => alive && exists).map(({ job }) => job));
  const results = new Map<string, JobResult>();
  for (;;) {
    for (const { id, result } of await resultsOf(db, [...open])) {
      open.delete(id);
      results.set(id, result);
    }
    if (open.size === 0 || performance.now() >= until) break;
    await wait(POLL_MS);
  }
  // Nobody will read the results of these jobs.
  if (open.size > 0) await db.query('delete from sink_job where id = any($1::uuid[])', [[...open]]);
  return requested.map((one) => ({
    delivery: one.delivery,
    ...outcomeOf(one, results.get(one.job), deadlineMs),
  }));
}

function resultsOf(db: Queryable, jobs: readonly string[]): Promise<{ id: string; result: JobResult }[]> {
  if (jobs.length === 0) return Promise.resolve([]);
  return db.query(`select id, result from sink_job where id = any($1::uuid[]) and state = 'done'`, [jobs]);
}

function outcomeOf(
  { stage, alive, exists }: RequestedDryRun,
  result: JobResult | undefined,
  deadlineMs: number,
) {
  if (!exists)
    return { problem: 'the delivery or its integration no longer exists; a replay leaves it dead' };
  if (!alive) return { problem: `no process of ${stage} is running; start it and try again` };
  if (result === undefined)
    return { problem: `no process of ${stage} answered within ${deadlineMs / 1000} s; try again` };
  if ('error' in result) return { problem: result.error.message };
  if (!('requests' in result)) return { problem: `${stage} returned something other than a dry run` };
  const { kind, reason } = result.outcome;
  return { requests: result.requests, outcome: reason === null ? kind : `${kind}: ${reason}` };
}
