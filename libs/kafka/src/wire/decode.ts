// Finds the records of a fetched partition (format 2: Kafka's documentation, "Message Format"). kafkajs copies the header
// object once per header and computes every offset in BigInt arithmetic.
import { CODEC_MASK, decompress } from './compression.ts';
import { FetchedRecord } from './fetched-record.ts';
import { Reader } from './varint.ts';

export interface FetchedRecords {
  readonly records: readonly FetchedRecord[];
  /** The offset behind the last whole batch; undefined when there was none. */
  readonly next: number | undefined;
}

// Where fields of a batch stand.
const LENGTH = 8;
const LEADER_EPOCH = 12;
const MAGIC = 16;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const FIRST_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const COUNT = 57;
const RECORDS = 61;
// Attributes: transactional, control; and that the broker's clock is meant.
const SPECIAL = 0x10 | 0x20;
const LOG_APPEND_TIME = 0x08;

/**
 * Reads all whole batches; the last one may be cut off, and is then left for the next fetch. Undefined when one is part of
 * a transaction or of an older format: kafkajs knows how to read those.
 */
export function readBatches(bytes: Buffer): FetchedRecords | undefined {
  const records: FetchedRecord[] = [];
  let next: number | undefined;
  let start = 0;
  while (start + RECORDS <= bytes.length) {
    if (bytes[start + MAGIC] !== 2) return undefined;
    const end = start + LEADER_EPOCH + bytes.readInt32BE(start + LENGTH);
    if (end > bytes.length) break;
    if (bytes.readInt16BE(start + ATTRIBUTES) & SPECIAL) return undefined;
    next = readBatch(bytes, start, end, records);
    start = end;
  }
  return { records, next };
}

/** Adds a batch's records and returns the offset behind it, which may be higher than that of the last one left. */
function readBatch(bytes: Buffer, start: number, end: number, records: FetchedRecord[]): number {
  const firstOffset = readLong(bytes, start);
  const firstTimestamp = readLong(bytes, start + FIRST_TIMESTAMP);
  const attributes = bytes.readInt16BE(start + ATTRIBUTES);
  const appended = attributes & LOG_APPEND_TIME ? readLong(bytes, start + MAX_TIMESTAMP) : undefined;
  const reader =
    attributes & CODEC_MASK
      ? new Reader(decompress(attributes, bytes.subarray(start + RECORDS, end)), 0)
      : new Reader(bytes, start + RECORDS);
  for (let left = bytes.readInt32BE(start + COUNT); left > 0; left -= 1) {
    const size = reader.varint();
    const recordEnd = reader.at + size;
    // Attributes of a record: unused.
    reader.at += 1;
    const timestamp = firstTimestamp + reader.varint();
    const offset = firstOffset + reader.varint();
    records.push(new FetchedRecord(offset, appended ?? timestamp, reader.bytes, reader.at, recordEnd));
    reader.at = recordEnd;
  }
  return firstOffset + bytes.readInt32BE(start + LAST_OFFSET_DELTA) + 1;
}

/** An INT64, exact up to 2^53. */
export function readLong(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
