// Finds the records of a fetched partition (format 2: Kafka's documentation, "Message Format"). kafkajs copies the header
// object once per header and computes every offset in BigInt arithmetic; this does neither.
import {
  ATTRIBUTES_AT,
  BATCH_OVERHEAD,
  CODEC_MASK,
  CONTROL,
  COUNT_AT,
  FIRST_TIMESTAMP_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  LOG_APPEND_TIME,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  TRANSACTIONAL,
} from './batch-layout.ts';
import { decompress } from './decompress.ts';
import { FetchedRecord } from './fetched-record.ts';
import { readInt64 } from './int64.ts';
import { Reader } from './varint.ts';

export interface FetchedRecords {
  readonly records: readonly FetchedRecord[];
  /** The offset after the last whole batch; undefined when there was none. */
  readonly nextOffset: number | undefined;
}

/**
 * Reads all whole batches; a last one that is cut off is left for the next fetch. Undefined when a batch belongs to a
 * transaction, is a control batch or has an older format: kafkajs reads those.
 */
export function readBatches(bytes: Buffer): FetchedRecords | undefined {
  const records: FetchedRecord[] = [];
  let nextOffset: number | undefined;
  let start = 0;
  while (start + BATCH_OVERHEAD <= bytes.length) {
    if (bytes[start + MAGIC_AT] !== 2) return undefined;
    const end = start + LEADER_EPOCH_AT + bytes.readInt32BE(start + LENGTH_AT);
    if (end > bytes.length) break;
    if (bytes.readInt16BE(start + ATTRIBUTES_AT) & (TRANSACTIONAL | CONTROL)) return undefined;
    nextOffset = readBatch(bytes, start, end, records);
    start = end;
  }
  return { records, nextOffset };
}

/** Adds a batch's records and returns the offset after it. Compaction can leave that above the last record's. */
function readBatch(bytes: Buffer, start: number, end: number, records: FetchedRecord[]): number {
  const firstOffset = readInt64(bytes, start);
  const firstTimestamp = readInt64(bytes, start + FIRST_TIMESTAMP_AT);
  const attributes = bytes.readInt16BE(start + ATTRIBUTES_AT);
  const appendTime = attributes & LOG_APPEND_TIME ? readInt64(bytes, start + MAX_TIMESTAMP_AT) : undefined;
  const reader =
    attributes & CODEC_MASK
      ? new Reader(decompress(attributes, bytes.subarray(start + BATCH_OVERHEAD, end)), 0)
      : new Reader(bytes, start + BATCH_OVERHEAD);
  for (let left = bytes.readInt32BE(start + COUNT_AT); left > 0; left -= 1) {
    const size = reader.varint();
    const recordEnd = reader.at + size;
    // The attributes of a record are unused.
    reader.at += 1;
    const timestamp = firstTimestamp + reader.varint();
    const offset = firstOffset + reader.varint();
    records.push(new FetchedRecord(offset, appendTime ?? timestamp, reader.bytes, reader.at, recordEnd));
    reader.at = recordEnd;
  }
  return firstOffset + bytes.readInt32BE(start + LAST_OFFSET_DELTA_AT) + 1;
}
