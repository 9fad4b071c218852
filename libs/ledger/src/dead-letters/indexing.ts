// Lists the records of the dead-letter topic. None of them may end as a dead letter, which would be read here again, and
// none may be missing: one with a value that Postgres refuses is listed without what strangers wrote into its headers.
import type { Logger } from '@switchboard/contracts';
import { done, type InRecord, type Outcome } from '@switchboard/kafka';
import { byteaArray, type Queryable, QueryError } from '@switchboard/postgres';
import { RefusedValueError } from '../deliveries/refused.ts';
import { retryEachUntilWritten } from '../deliveries/retry-until-written.ts';
import { bareLetter, type Letter, readLetter } from './letter.ts';

/**
 * Lists records of the dead-letter topic; one outcome per record, always done. Throws InfrastructureError, and
 * RefusedValueError where the table takes not even a bare record.
 */
export async function listRecords(
  db: Queryable,
  records: readonly InRecord[],
  logger: Logger,
): Promise<readonly Outcome[]> {
  await retryEachUntilWritten(
    records.map(readLetter),
    (letters) => list(db, letters),
    async (letter, error) => {
      const { partition, offset } = letter;
      logger.error(
        { partition, offset, sql_state: error.code },
        'Headers of a dead letter cannot be stored; it is listed without them.',
      );
      await list(db, [bareLetter(letter, error.code)]);
    },
  );
  return records.map(done);
}

async function list(db: Queryable, letters: readonly Letter[]): Promise<void> {
  if (letters.length === 0) return;
  try {
    await db.query(listSql, columns(letters));
  } catch (error) {
    throw error instanceof QueryError ? new RefusedValueError('listing dead letters', error) : error;
  }
}

const listSql = `
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

const NOTHING = Buffer.alloc(0);

function columns(letters: readonly Letter[]): unknown[] {
  const of = <T>(field: (letter: Letter) => T) => letters.map(field);
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
    byteaArray(of(({ key }) => key ?? NOTHING)),
    of(({ value }) => value !== null),
    byteaArray(of(({ value }) => value ?? NOTHING)),
    of(({ headers }) => headers),
  ];
}
