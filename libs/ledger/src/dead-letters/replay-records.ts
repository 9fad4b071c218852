// A record of the dead-letter topic goes back to where it came from, as it was: same partition, key, headers, timestamp.
// It counts as replayed once every replica has it; a process that dies in between leaves it dead, and whoever reads it
// twice knows it by its `ce_id`.
import { allTopics, RecordError, type Topic, topicName, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import type { Database, Queryable } from '@switchboard/postgres';
import { diedBefore } from './actions.ts';
import { type Chosen, conditionOf, Parameters } from './chosen.ts';
import { readHeaders, type StoredHeaders } from './stored-headers.ts';

/** What a pass came to. */
export interface RecordsReplayed {
  readonly done: number;
  /** Accepted so long ago that who read it then may have forgotten it, and would do its work again. */
  readonly tooOld: number;
  /** It does not say where it came from, or that is no topic of this installation. */
  readonly homeless: number;
  /** Its topic never takes it: it is too large with its new value, or of a time that the topic does not take. */
  readonly refused: number;
  /** Kafka did not take the rest, which stays dead. */
  readonly trouble?: Error;
}

/** Where records are sent to. */
export interface Outbound {
  readonly producer: Pick<KafkaProducer, 'send'>;
  readonly topicPrefix: string;
}

type Fate = Exclude<keyof RecordsReplayed, 'trouble'>;

interface Place {
  readonly partition: number;
  readonly offset: number;
}

interface StoredRecord extends Place {
  readonly topic: string | null;
  readonly to: number | null;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: StoredHeaders;
}

const BATCH = 200;
const BATCH_BYTES = 8 * 1024 * 1024;
/** The ledger keeps delivered rows for 30 days; a day is for clocks. */
const REMEMBERED_MS = 29 * 24 * 60 * 60 * 1000;

/** Sends chosen dead records to their topics. */
export async function replayRecords(
  db: Database,
  out: Outbound,
  action: number,
  chosen: Chosen,
  force: boolean,
): Promise<RecordsReplayed> {
  const total: Record<Fate, number> = { done: 0, tooOld: 0, homeless: 0, refused: 0 };
  let behind: Place | undefined = { partition: -1, offset: -1 };
  while (behind !== undefined) {
    const from: Place = behind;
    const batch = await db.transaction((tx) => replayBatch(tx, out, action, { chosen, from, force }));
    for (const fate of batch.fates) total[fate] += 1;
    if (batch.trouble !== undefined) return { ...total, trouble: batch.trouble };
    behind = batch.next;
  }
  return total;
}

interface Batch {
  readonly fates: readonly Fate[];
  /** Where the next batch begins; undefined when there is none. */
  readonly next?: Place;
  /** Kafka did not take all of it. */
  readonly trouble?: Error;
}

// The rows stay locked until they are settled: of two people who replay the same records one waits and finds nothing.
async function replayBatch(
  tx: Queryable,
  out: Outbound,
  action: number,
  { chosen, from, force }: { readonly chosen: Chosen; readonly from: Place; readonly force: boolean },
): Promise<Batch> {
  const parameters = new Parameters(action, from.partition, from.offset);
  const found = await tx.query<Place & { bytes: number }>(
    `select letter_partition as partition, letter_offset as "offset",
       coalesce((select octet_length(coalesce(r.edited_value, r.value)) from dead_record r
         where r.letter_partition = l.letter_partition and r.letter_offset = l.letter_offset), 0) as bytes
     from dead_letter l
     where ${conditionOf(chosen, parameters)} and (letter_partition, letter_offset) > ($2::int, $3::bigint)
       and ${diedBefore('$1')}
     order by letter_partition, letter_offset limit ${BATCH} for update`,
    parameters.values,
  );
  const batch = withinBytes(found);
  if (batch.length === 0) return { fates: [] };
  const records = await tx.query<StoredRecord>(
    `select letter_partition as partition, letter_offset as "offset", origin_topic as topic, origin_partition as to,
       timestamp_ms as "timestampMs", key, coalesce(edited_value, value) as value, headers
     from dead_record where (letter_partition, letter_offset) in (select * from unnest($1::int[], $2::bigint[]))
     order by letter_partition, letter_offset`,
    places(batch),
  );
  const sent = await Promise.allSettled(records.map((record) => send(out, record, force)));
  const fates = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await tx.query(settleSql, [
    action,
    ...places(records.filter((_, index) => isDone(sent[index]))),
    fates.filter((fate) => fate !== 'done').length,
  ]);
  const refused = sent.find((one) => one.status === 'rejected');
  if (refused !== undefined) return { fates, trouble: refused.reason as Error };
  const last = batch.at(-1);
  return last === undefined || (batch.length === found.length && found.length < BATCH)
    ? { fates }
    : { fates, next: last };
}

const settleSql = `
  with settled as (
    update dead_letter set state = 'replayed', settled_at = now(), settled_by = $1
    where (letter_partition, letter_offset) in (select * from unnest($2::int[], $3::bigint[]))
    returning 1
  )
  update dead_letter_action set records = records + (select count(*) from settled), failed = failed + $4 where id = $1`;

async function send(
  { producer, topicPrefix }: Outbound,
  record: StoredRecord,
  force: boolean,
): Promise<Fate> {
  const topic = topicOf(record.topic, topicPrefix);
  if (topic === undefined || record.to === null || record.to >= topic.partitions) return 'homeless';
  if (!force && Date.now() - record.timestampMs > REMEMBERED_MS) return 'tooOld';
  const { key, value, timestampMs: timestamp, to: partition } = record;
  const copy: OutRecord = { topic, partition, key, value, timestamp, headers: readHeaders(record.headers) };
  try {
    await producer.send(copy);
    return 'done';
  } catch (error) {
    if (error instanceof RecordError) return 'refused';
    throw error;
  }
}

/** A topic of this installation by its name on the broker. A letter about a letter has nowhere to go. */
function topicOf(name: string | null, prefix: string): Topic | undefined {
  return allTopics.find((topic) => topic !== topics.deadLetters && topicName(topic, prefix) === name);
}

/** The first of them that fit into one request, at least one. */
function withinBytes<T extends { readonly bytes: number }>(found: readonly T[]): T[] {
  let bytes = 0;
  const end = found.findIndex((one, index) => {
    bytes += one.bytes;
    return index > 0 && bytes > BATCH_BYTES;
  });
  return end < 0 ? [...found] : found.slice(0, end);
}

function places(of: readonly Place[]): [number[], number[]] {
  return [of.map(({ partition }) => partition), of.map(({ offset }) => offset)];
}

function isDone(one: PromiseSettledResult<Fate> | undefined): boolean {
  return one?.status === 'fulfilled' && one.value === 'done';
}
