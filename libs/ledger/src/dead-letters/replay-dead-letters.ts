// Replays dead letters. A dead delivery waits again in the ledger, where its owner finds it. A dead record is sent to its
// topic again, unchanged: same partition, key, headers and timestamp. It counts as replayed once Kafka has acknowledged it; if
// the process dies before that it stays dead, and whoever reads it twice recognises it by its `ce_id`.
import { allTopics, RecordError, type Topic, topicName, topics } from '@switchboard/contracts';
import type { KafkaProducer, OutRecord } from '@switchboard/kafka';
import type { Database, Queryable } from '@switchboard/postgres';
import { beginAction, diedBefore, endAction } from './action-log.ts';
import { headersFromJson, type JsonHeaders } from './dead-record.ts';
import { type DeadLetterSelection, SqlParameters, selectionCondition } from './selection.ts';
import { replayDeliveries, type SettleResult } from './settle-deliveries.ts';

/** Who replays, and how. */
export interface ReplayOptions {
  readonly actor: string;
  /**
   * Deliveries get a new idempotency key and none of their steps counts as done. Records are sent even when they are so old
   * that their readers may process them twice.
   */
  readonly force?: boolean;
}

/** The result of a replay. */
export interface ReplayResult {
  /** Its number in the action log. */
  readonly action: number;
  readonly deliveries: SettleResult;
  readonly records: RecordsResult;
}

/** Replays the selected letters that are dead. Letters that die while it runs are left alone. */
export async function replayDeadLetters(
  db: Database,
  out: Outbound,
  selection: DeadLetterSelection,
  { actor, force = false }: ReplayOptions,
): Promise<ReplayResult> {
  const action = await beginAction(db, { verb: 'replay', actor, selection, forced: force });
  const deliveries = await replayDeliveries(db, action, selection, force);
  const records = await replayRecords(db, out, action, selection, force);
  if (records.error === undefined) await endAction(db, action);
  return { action, deliveries, records };
}

/** What became of the selected records; each number counts records. */
export interface RecordsResult {
  readonly done: number;
  /** Left dead: so old that a reader may not recognise it as a repeat. */
  readonly tooOld: number;
  /** Left dead: it names no topic, or not one of this installation. */
  readonly unknownTopic: number;
  /** Left dead: Kafka refuses it for good, for example because it is too large or its timestamp is out of range. */
  readonly refused: number;
  /** Kafka was not available for the rest, which stays dead. */
  readonly error?: Error;
}

/** Where records are sent to. */
export interface Outbound {
  readonly producer: Pick<KafkaProducer, 'send'>;
  readonly topicPrefix: string;
}

type RecordResult = Exclude<keyof RecordsResult, 'error'>;

interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

interface DeadRecordRow extends RecordPosition {
  readonly topic: string | null;
  readonly to: number | null;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: JsonHeaders;
}

const BATCH = 200;
const BATCH_BYTES = 8 * 1024 * 1024;
/** The ledger recognises repeats for 30 days, as long as it keeps delivered rows; one day allows for wrong clocks. */
const DEDUPLICATED_MS = 29 * 24 * 60 * 60 * 1000;

/** Sends the selected dead records to their topics. */
async function replayRecords(
  db: Database,
  out: Outbound,
  action: number,
  selection: DeadLetterSelection,
  force: boolean,
): Promise<RecordsResult> {
  const total: Record<RecordResult, number> = { done: 0, tooOld: 0, unknownTopic: 0, refused: 0 };
  let next: RecordPosition | undefined = { partition: -1, offset: -1 };
  while (next !== undefined) {
    const from: RecordPosition = next;
    const batch = await db.transaction((tx) => replayBatch(tx, out, action, { selection, from, force }));
    for (const result of batch.results) total[result] += 1;
    if (batch.error !== undefined) return { ...total, error: batch.error };
    next = batch.next;
  }
  return total;
}

interface Batch {
  readonly results: readonly RecordResult[];
  /** The position after which the next batch begins; undefined when there is none. */
  readonly next?: RecordPosition;
  /** Kafka did not take all records of the batch. */
  readonly error?: Error;
}

// The rows are locked until they are settled. When two people replay the same records, one waits and finds nothing left.
async function replayBatch(
  tx: Queryable,
  out: Outbound,
  action: number,
  {
    selection,
    from,
    force,
  }: { readonly selection: DeadLetterSelection; readonly from: RecordPosition; readonly force: boolean },
): Promise<Batch> {
  const parameters = new SqlParameters(action, from.partition, from.offset);
  const found = await tx.query<RecordPosition & { bytes: number }>(
    `select letter_partition as partition, letter_offset as "offset",
       coalesce((select octet_length(coalesce(r.edited_value, r.value)) from dead_record r
         where r.letter_partition = l.letter_partition and r.letter_offset = l.letter_offset), 0) as bytes
     from dead_letter l
     where ${selectionCondition(selection, parameters)} and (letter_partition, letter_offset) > ($2::int, $3::bigint)
       and ${diedBefore('$1')}
     order by letter_partition, letter_offset limit ${BATCH} for update`,
    parameters.values,
  );
  const batch = withinBytes(found);
  if (batch.length === 0) return { results: [] };
  const records = await tx.query<DeadRecordRow>(
    `select letter_partition as partition, letter_offset as "offset", origin_topic as topic, origin_partition as to,
       timestamp_ms as "timestampMs", key, coalesce(edited_value, value) as value, headers
     from dead_record where (letter_partition, letter_offset) in (select * from unnest($1::int[], $2::bigint[]))
     order by letter_partition, letter_offset`,
    positionColumns(batch),
  );
  const sent = await Promise.allSettled(records.map((record) => send(out, record, force)));
  const results = sent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  await tx.query(settleSql, [
    action,
    ...positionColumns(records.filter((_, index) => isDone(sent[index]))),
    results.filter((result) => result !== 'done').length,
  ]);
  const refused = sent.find((one) => one.status === 'rejected');
  if (refused !== undefined) return { results, error: refused.reason as Error };
  const last = batch.at(-1);
  return last === undefined || (batch.length === found.length && found.length < BATCH)
    ? { results }
    : { results, next: last };
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
  record: DeadRecordRow,
  force: boolean,
): Promise<RecordResult> {
  const topic = topicOf(record.topic, topicPrefix);
  if (topic === undefined || record.to === null || record.to >= topic.partitions) return 'unknownTopic';
  if (!force && Date.now() - record.timestampMs > DEDUPLICATED_MS) return 'tooOld';
  const { key, value, timestampMs: timestamp, to: partition } = record;
  const copy: OutRecord = {
    topic,
    partition,
    key,
    value,
    timestamp,
    headers: headersFromJson(record.headers),
  };
  try {
    await producer.send(copy);
    return 'done';
  } catch (error) {
    if (error instanceof RecordError) return 'refused';
    throw error;
  }
}

/** A topic of this installation by its name on the broker. The dead-letter topic itself does not count. */
function topicOf(name: string | null, prefix: string): Topic | undefined {
  return allTopics.find((topic) => topic !== topics.deadLetters && topicName(topic, prefix) === name);
}

/** The first records, at least one, that fit into one request. */
function withinBytes<T extends { readonly bytes: number }>(found: readonly T[]): T[] {
  let bytes = 0;
  const end = found.findIndex((one, index) => {
    bytes += one.bytes;
    return index > 0 && bytes > BATCH_BYTES;
  });
  return end < 0 ? [...found] : found.slice(0, end);
}

function positionColumns(of: readonly RecordPosition[]): [number[], number[]] {
  return [of.map(({ partition }) => partition), of.map(({ offset }) => offset)];
}

function isDone(one: PromiseSettledResult<RecordResult> | undefined): boolean {
  return one?.status === 'fulfilled' && one.value === 'done';
}
