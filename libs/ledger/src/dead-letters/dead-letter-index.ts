// The index of dead letters in Postgres: adds the records of the dead-letter topic, deletes what is older than 90 days. No
// record may become a dead letter here, because that would be read here again, and none may be missing. So a record whose
// headers Postgres refuses is stored without them.
import type { Logger } from '@switchboard/contracts';
import { done, type InRecord, type Outcome } from '@switchboard/kafka';
import { byteaArray, type Queryable, QueryError } from '@switchboard/postgres';
import { RefusedValueError, retryEachUntilWritten } from '../deliveries/retry-until-written.ts';
import { type DeadRecord, readDeadRecord, withoutHeaders } from './dead-record.ts';

/**
 * Adds records of the dead-letter topic to the index. Returns one outcome per record, always done. Throws
 * InfrastructureError, and RefusedValueError when Postgres refuses a record even without its headers.
 */
export async function indexDeadRecords(
  db: Queryable,
  records: readonly InRecord[],
  logger: Logger,
): Promise<readonly Outcome[]> {
  await retryEachUntilWritten(
    records.map(readDeadRecord),
    (some) => insert(db, some),
    async (record, error) => {
      const { partition, offset } = record;
      logger.error(
        { partition, offset, sql_state: error.code },
        'Headers of a dead letter cannot be stored; it is indexed without them.',
      );
      await insert(db, [withoutHeaders(record, error.code)]);
    },
  );
  return records.map(done);
}

async function insert(db: Queryable, records: readonly DeadRecord[]): Promise<void> {
  if (records.length === 0) return;
  try {
    await db.query(insertSql, columns(records));
  } catch (error) {
    throw error instanceof QueryError ? new RefusedValueError('indexing dead letters', error) : error;
  }
}

const insertSql = `
  with incoming as (
    select * from unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::text[],
        $9::int[], $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::boolean[], $16::bytea[],
        $17::boolean[], $18::bytea[], $19::text[]::json[])
      as r(letter_partition, letter_offset, stage, consumer_group, origin_topic, origin_partition, origin_offset, code,
        attempts, at, tenant_id, event_type, event_id, timestamp_ms, has_key, key, has_value, value, headers)
  ), listed as (
    insert into dead_letter (at, stage, tenant_id, event_type, event_id, reason, attempts, letter_partition, letter_offset)
    select at, stage, tenant_id, event_type, event_id, code, attempts, letter_partition, letter_offset
    from incoming order by letter_partition, letter_offset
    on conflict (letter_partition, letter_offset) do nothing
    returning letter_partition, letter_offset
  )
  insert into dead_record (letter_partition, letter_offset, consumer_group, origin_topic, origin_partition, origin_offset,
    timestamp_ms, key, value, headers)
  select letter_partition, letter_offset, consumer_group, origin_topic, origin_partition, origin_offset, timestamp_ms,
    case when has_key then key end, case when has_value then value end, headers
  from incoming join listed using (letter_partition, letter_offset)`;

const EMPTY = Buffer.alloc(0);

function columns(records: readonly DeadRecord[]): unknown[] {
  const of = <T>(field: (record: DeadRecord) => T) => records.map(field);
  return [
    of(({ partition }) => partition),
    of(({ offset }) => offset),
    of(({ stage }) => stage),
    of(({ group }) => group),
    of(({ originTopic }) => originTopic),
    of(({ originPartition }) => originPartition),
    of(({ originOffset }) => originOffset),
    of(({ code }) => code),
    of(({ attempts }) => attempts),
    of(({ at }) => at.toISOString()),
    of(({ tenantId }) => tenantId),
    of(({ eventType }) => eventType),
    of(({ eventId }) => eventId),
    of(({ timestampMs }) => timestampMs),
    of(({ key }) => key !== null),
    byteaArray(of(({ key }) => key ?? EMPTY)),
    of(({ value }) => value !== null),
    byteaArray(of(({ value }) => value ?? EMPTY)),
    of(({ headers }) => headers),
  ];
}

/** The ledger keeps its dead rows as long. */
const RETENTION = '90 days';
const BATCH = 1_000;

const DELETE_OLD = `
  with deleted as (
    delete from dead_letter where seq in (
      select seq from dead_letter where at < now() - $1::interval order by at limit $2 for update skip locked
    ) returning 1
  )
  select count(*) as deleted from deleted`;

/** Deletes old dead letters, batch by batch, until none is left or `signal` is aborted. Returns how many were deleted. */
export async function deleteOldDeadLetters(
  db: Queryable,
  signal: AbortSignal,
  batch = BATCH,
): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await db.query<{ deleted: number }>(DELETE_OLD, [RETENTION, batch]);
    const deleted = row?.deleted ?? 0;
    total += deleted;
    if (deleted < batch || signal.aborted) return total;
  }
}
