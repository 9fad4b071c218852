// The events that jobs are run with: the example of a type, one that is given, one that is stored, a row of the ledger.
import { type EventEnvelope, orderingKey, parseJson } from '@switchboard/contracts';
import {
  type DryRunInput,
  dayOf,
  forcedAnew,
  type Job,
  JobError,
  type LedgerRow,
  type TestInput,
} from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';

/** Ids of what is made up for tests: an idempotency key made of one is never that of a real delivery. */
const TEST = 'test-';

/** A delivery that is in no ledger. */
export type Attempted = LedgerRow & { readonly body: Buffer };

interface StoredEvent {
  readonly day: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string | null;
  readonly traceparent?: string | null;
  readonly acceptedAt: Date;
  readonly body: Buffer;
}

/** What the settings of a job are kept under: those of an unsaved integration under the job itself. */
export function integrationOf({ id, integrationId }: Job): string {
  return integrationId ?? id;
}

/** An event that is made up: the one given, or the example of a type. Throws JobError. */
export function madeUpRow(job: Job, sink: Sink, { event, type }: TestInput): Attempted {
  const wanted = event?.event ?? type;
  const definition = wanted === undefined ? sink.accepts[0] : sink.accepts.find((one) => one.type === wanted);
  if (definition === undefined) {
    const taken = sink.accepts.map((one) => one.type).join(', ');
    throw new JobError('INPUT_INVALID', `choosing an event: ${sink.name} takes ${taken}; name one of them`);
  }
  const now = new Date();
  const { timestamp = now.toISOString(), ...rest } = event ?? { data: definition.example };
  const envelope = { ...rest, event: definition.type, timestamp, tenant_id: job.tenantId };
  return rowOf(job, {
    day: dayOf(timestamp),
    eventId: `${TEST}${job.id}`,
    eventType: definition.type,
    eventTime: timestamp,
    acceptedAt: now,
    body: Buffer.from(JSON.stringify(envelope)),
  });
}

/** The event of a dry run. Throws JobError. */
export async function dryRow(db: Database, job: Job, sink: Sink, input: DryRunInput): Promise<Attempted> {
  const row = await plainRow(db, job, sink, input);
  return input.forced ? { ...row, steps: forcedAnew(row.steps) } : row;
}

async function plainRow(db: Database, job: Job, sink: Sink, input: DryRunInput): Promise<Attempted> {
  const { deliveryId, eventId, day = null } = input;
  if (deliveryId !== undefined) return deliveryRow(db, job, deliveryId, day);
  if (eventId === undefined) return madeUpRow(job, sink, input);
  const [found] = await db.query<StoredEvent>(
    `select ${storedColumns} from event_body b
     where b.event_id = $1 and b.tenant_id = $2 and ($3::date is null or b.day = $3::date) limit 1`,
    [eventId, job.tenantId, day],
  );
  if (found === undefined) throw new JobError('EVENT_UNKNOWN', `reading an event: no ${eventId} is stored`);
  return rowOf(job, found);
}

/** Some of the last events of the job's tenant that the sink takes, the newest first. */
export async function lastRows(db: Database, job: Job, sink: Sink, last: number): Promise<Attempted[]> {
  const found = await db.query<StoredEvent>(lastSql, [
    job.tenantId,
    sink.accepts.map(({ type }) => type),
    last,
  ]);
  return found.map((event) => rowOf(job, event));
}

const storedColumns = `b.day::text, b.event_id as "eventId", b.event_type as "eventType", b.event_time as "eventTime",
  b.traceparent, b.accepted_at as "acceptedAt", b.value as body`;

/** How much of the ledger is looked at, a day: the newest rows of all tenants, and some of each integration of the tenant. */
const NEWEST = 1000;
const OF_EACH = 200;

/**
 * The last events of a tenant ($1) of these types ($2), so many ($3). No index leads to them: it would cost every event
 * something. The keys there are lead to the newest rows of a day, and to those of an integration by their event ids, which
 * is no order in time. So a tenant with few events has all of them looked at, one with very many the newest, and one in
 * between some of each day.
 */
export const lastSql = `
  with days as (
    select current_date - n as day from generate_series(-1, 7) n union all select date '1970-01-01'
  ), found as (
    select r.* from days cross join lateral (
      select d.* from delivery d where d.day = days.day order by d.id desc limit ${NEWEST}
    ) r
    union all
    select r.* from days cross join (select id from integrations where tenant_id = $1 limit 50) g cross join lateral (
      select d.* from delivery d where d.day = days.day and d.integration_id = g.id order by d.event_id limit ${OF_EACH}
    ) r
  ), last as (
    select distinct day, event_id, accepted_at from found where tenant_id = $1 and event_type = any($2::text[])
    order by accepted_at desc, event_id limit $3::int
  )
  select ${storedColumns} from last join event_body b on b.day = last.day and b.event_id = last.event_id
  where b.tenant_id = $1 order by b.accepted_at desc, b.event_id`;

async function deliveryRow(db: Database, job: Job, id: number, day: string | null): Promise<Attempted> {
  const [found] = await db.query<StoredEvent & Pick<LedgerRow, 'id' | 'orderingKey' | 'attempts' | 'steps'>>(
    `select ${storedColumns}, coalesce(d.edited_body, b.value) as body, d.id, d.ordering_key as "orderingKey", d.attempts, d.steps
     from delivery d join event_body b on b.day = d.day and b.event_id = d.event_id and b.tenant_id = d.tenant_id
     where d.id = $1 and d.tenant_id = $2 and d.sink = $3 and ($4::date is null or d.day = $4::date)
       and ($5::text is null or d.integration_id = $5)`,
    [id, job.tenantId, job.sink, day, job.integrationId],
  );
  if (found === undefined) {
    throw new JobError(
      'EVENT_UNKNOWN',
      `reading delivery ${id}: it is not there, or not of this integration`,
    );
  }
  const { orderingKey: key, attempts, steps, ...event } = found;
  return { ...rowOf(job, event), id, orderingKey: key, attempts, steps };
}

function rowOf(job: Job, event: StoredEvent): Attempted {
  const { eventId, eventType, body } = event;
  return {
    ...event,
    id: 0,
    claim: 0,
    sink: job.sink,
    integrationId: integrationOf(job),
    tenantId: job.tenantId,
    orderingKey: orderingKey(eventType, dataIn(body), eventId),
    attempts: 0,
    calls: 0,
    steps: {},
  };
}

function dataIn(body: Buffer): Record<string, unknown> {
  const { data } = parseJson(body.toString()) as EventEnvelope;
  return data;
}
