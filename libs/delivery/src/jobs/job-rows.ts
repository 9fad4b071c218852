// The rows that jobs run with. None of them is written to the ledger: the example of an event type, an event from the job's
// input, a stored event, or a stored delivery.
import { type EventEnvelope, orderingKey, parseJson } from '@switchboard/contracts';
import {
  type DryRunInput,
  dayOf,
  type Job,
  JobError,
  type LedgerRow,
  stepsOfForcedReplay,
  type TestInput,
} from '@switchboard/ledger';
import type { Database } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';

/** Prefix of made-up event ids, so that no idempotency key is that of a real delivery. */
const TEST_PREFIX = 'test-';

/** A row with its body. */
export type JobRow = LedgerRow & { readonly body: Buffer };

interface StoredEvent {
  readonly day: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: string | null;
  readonly traceparent?: string | null;
  readonly acceptedAt: Date;
  readonly body: Buffer;
}

/** The integration of a job; for an unsaved integration the id of the job stands for it. */
export function integrationOf({ id, integrationId }: Job): string {
  return integrationId ?? id;
}

/** A row for the event in the job's input, or for the example of a type. Throws JobError. */
export function sampleRow(job: Job, sink: Sink, { event, type }: TestInput): JobRow {
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
    eventId: `${TEST_PREFIX}${job.id}`,
    eventType: definition.type,
    eventTime: timestamp,
    acceptedAt: now,
    body: Buffer.from(JSON.stringify(envelope)),
  });
}

/** The row of a dry run. Throws JobError. */
export async function dryRunRow(db: Database, job: Job, sink: Sink, input: DryRunInput): Promise<JobRow> {
  const row = await inputRow(db, job, sink, input);
  return input.forced ? { ...row, steps: stepsOfForcedReplay(row.steps) } : row;
}

async function inputRow(db: Database, job: Job, sink: Sink, input: DryRunInput): Promise<JobRow> {
  const { deliveryId, eventId, day = null } = input;
  if (deliveryId !== undefined) return deliveryRow(db, job, deliveryId, day);
  if (eventId === undefined) return sampleRow(job, sink, input);
  const [found] = await db.query<StoredEvent>(
    `select ${storedColumns} from event_body b
     where b.event_id = $1 and b.tenant_id = $2 and ($3::date is null or b.day = $3::date) limit 1`,
    [eventId, job.tenantId, day],
  );
  if (found === undefined) throw new JobError('EVENT_UNKNOWN', `reading an event: no ${eventId} is stored`);
  return rowOf(job, found);
}

/** The latest events of the job's tenant that the sink accepts, newest first. */
export async function latestRows(db: Database, job: Job, sink: Sink, last: number): Promise<JobRow[]> {
  const found = await db.query<StoredEvent>(latestSql, [
    job.tenantId,
    sink.accepts.map(({ type }) => type),
    last,
  ]);
  return found.map((event) => rowOf(job, event));
}

const storedColumns = `b.day::text, b.event_id as "eventId", b.event_type as "eventType", b.event_time as "eventTime",
  b.traceparent, b.accepted_at as "acceptedAt", b.value as body`;

/** Rows read per day: the newest of all tenants, and some of each integration of the tenant. */
const NEWEST_ROWS = 1000;
const ROWS_PER_INTEGRATION = 200;

/**
 * The latest events of a tenant ($1) of these types ($2), at most $3. There is no index for this: it would make every insert
 * slower. The existing keys find the newest rows of a day, and the rows of an integration by event id, which is not in
 * order of time. So all events of a small tenant are considered, the newest of a large one, and some of each day otherwise.
 */
export const latestSql = `
  with days as (
    select current_date - n as day from generate_series(-1, 7) n union all select date '1970-01-01'
  ), found as (
    select r.* from days cross join lateral (
      select d.* from delivery d where d.day = days.day order by d.id desc limit ${NEWEST_ROWS}
    ) r
    union all
    select r.* from days cross join (select id from integrations where tenant_id = $1 limit 50) g cross join lateral (
      select d.* from delivery d where d.day = days.day and d.integration_id = g.id order by d.event_id limit ${ROWS_PER_INTEGRATION}
    ) r
  ), last as (
    select distinct day, event_id, accepted_at from found where tenant_id = $1 and event_type = any($2::text[])
    order by accepted_at desc, event_id limit $3::int
  )
  select ${storedColumns} from last join event_body b on b.day = last.day and b.event_id = last.event_id
  where b.tenant_id = $1 order by b.accepted_at desc, b.event_id`;

async function deliveryRow(db: Database, job: Job, id: number, day: string | null): Promise<JobRow> {
  const [found] = await db.query<
    StoredEvent & Pick<LedgerRow, 'id' | 'orderingKey' | 'attemptsUsed' | 'steps'>
  >(
    `select ${storedColumns}, coalesce(d.edited_body, b.value) as body, d.id, d.ordering_key as "orderingKey",
       d.attempts as "attemptsUsed", d.steps
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
  const { orderingKey: key, attemptsUsed, steps, ...event } = found;
  return { ...rowOf(job, event), id, orderingKey: key, attemptsUsed, steps };
}

function rowOf(job: Job, event: StoredEvent): JobRow {
  const { eventId, eventType, body } = event;
  return {
    ...event,
    id: 0,
    claim: 0,
    sink: job.sink,
    integrationId: integrationOf(job),
    tenantId: job.tenantId,
    orderingKey: orderingKey(eventType, dataIn(body), eventId),
    attemptsUsed: 0,
    attemptsMade: 0,
    steps: {},
  };
}

function dataIn(body: Buffer): Record<string, unknown> {
  const { data } = parseJson(body.toString()) as EventEnvelope;
  return data;
}
