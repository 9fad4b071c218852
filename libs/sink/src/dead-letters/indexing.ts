// Lists the records of the dead-letter topic. Nothing here may end as a dead letter, which would be read here again: what
// cannot be listed is told in the log, and stays on the topic for as long as the topic keeps it.
import type { Logger } from '@switchboard/contracts';
import { done, type InRecord, type Outcome } from '@switchboard/kafka';
import { byteaArray, type Queryable, QueryError } from '@switchboard/postgres';
import { type Letter, readLetter } from './letter.ts';

/** Lists records of the dead-letter topic; one outcome per record, always done. Throws InfrastructureError. */
export async function listRecords(
  db: Queryable,
  records: readonly InRecord[],
  logger: Logger,
): Promise<readonly Outcome[]> {
  await list(db, records.map(readLetter), logger);
  return records.map(done);
}

async function list(db: Queryable, letters: readonly Letter[], logger: Logger): Promise<void> {
  if (letters.length === 0) return;
  try {
    await db.query(listSql, columns(letters));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const [first] = letters;
    if (letters.length > 1) {
      for (const letter of letters) await list(db, [letter], logger);
    } else if (first !== undefined) {
      const { partition, offset, stage, code } = first;
      const fields = { partition, offset, stage, error_code: code, sql_state: error.code };
      logger.error(fields, 'A dead letter could not be listed; it is on its topic only.');
    }
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
