// Writes a record batch into one buffer (format 2: Kafka's documentation, "Message Format"). kafkajs makes a buffer for
// every header of every record.
import type { RawHeaders } from '@switchboard/contracts';
import {
  ATTRIBUTES_AT,
  BATCH_OVERHEAD,
  COUNT_AT,
  CRC_AT,
  FIRST_TIMESTAMP_AT,
  LAST_OFFSET_DELTA_AT,
  LEADER_EPOCH_AT,
  LENGTH_AT,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PRODUCER_AT,
} from './batch-layout.ts';
import { crc32c } from './crc32c.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { nameBytes } from './header-names.ts';
import { writeInt64 } from './int64.ts';
import { varintSize, writeVarint } from './varint.ts';

/** A record to put into a batch. */
export interface BatchRecord {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** An upper bound of the bytes that the record takes in a batch, see recordSize() and copiedSize(). */
  readonly size: number;
  readonly content: RecordContent;
}

export interface RecordParts {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
}

/** A record that is forwarded: its bytes are copied as they were read, only the value may be replaced. */
export interface CopiedRecord {
  readonly source: FetchedRecord;
  readonly value: Buffer | undefined;
}

export type RecordContent = RecordParts | CopiedRecord;

// The largest varints of length, attributes, timestamp and offset delta, lengths of key and value, and header count.
const RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5;
const HEADER_OVERHEAD = 5 + 5;

/** The most bytes a record can take in a batch. */
export function recordSize({ key, value, headers }: RecordParts): number {
  let size = RECORD_OVERHEAD + length(key) + (value === null ? 0 : value.length);
  for (const name in headers) {
    const each = HEADER_OVERHEAD + nameBytes(name).length;
    const header = headers[name];
    if (Array.isArray(header)) for (const one of header) size += each + length(one);
    else size += each + length(header);
  }
  return size;
}

/** The most bytes a forwarded record can take in a batch. */
export function copiedSize({ source, value }: CopiedRecord): number {
  const { keyAt, valueAt, headersAt, end } = source;
  const rest = value === undefined ? headersAt - valueAt : 5 + value.length;
  return RECORD_OVERHEAD + valueAt - keyAt + rest + end - headersAt;
}

function length(bytes: string | Buffer | null | undefined): number {
  if (bytes == null) return 0;
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

/** Encodes key, value and headers as they stand in a record. */
export function contentBytes(content: RecordParts): Buffer {
  const bytes = Buffer.allocUnsafe(recordSize(content));
  return bytes.subarray(0, writeContent(bytes, 0, content));
}

/** Writes the records as one batch at `start`; returns the position after it. `bytes` must have room for all sizes. */
export function writeBatch(bytes: Buffer, start: number, records: readonly BatchRecord[]): number {
  const firstTimestamp = records[0]?.timestamp ?? 0;
  let maxTimestamp = firstTimestamp;
  let at = start + BATCH_OVERHEAD;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as BatchRecord;
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp;
    at = writeRecord(bytes, at, record, index, record.timestamp - firstTimestamp);
  }
  writeInt64(bytes, start, 0);
  bytes.writeInt32BE(at - start - LEADER_EPOCH_AT, start + LENGTH_AT);
  bytes.writeInt32BE(-1, start + LEADER_EPOCH_AT);
  bytes[start + MAGIC_AT] = 2;
  // No compression, the sender's timestamps, no transaction.
  bytes.writeInt16BE(0, start + ATTRIBUTES_AT);
  bytes.writeInt32BE(records.length - 1, start + LAST_OFFSET_DELTA_AT);
  writeInt64(bytes, start + FIRST_TIMESTAMP_AT, firstTimestamp);
  writeInt64(bytes, start + MAX_TIMESTAMP_AT, maxTimestamp);
  // No producer id, epoch and sequence: this producer is not idempotent.
  bytes.fill(0xff, start + PRODUCER_AT, start + COUNT_AT);
  bytes.writeInt32BE(records.length, start + COUNT_AT);
  bytes.writeUInt32BE(crc32c(bytes, start + ATTRIBUTES_AT, at), start + CRC_AT);
  return at;
}

function writeRecord(
  bytes: Buffer,
  start: number,
  record: BatchRecord,
  offset: number,
  time: number,
): number {
  // The length stands before the record. Its varint nearly always takes as many bytes as that of the known upper bound.
  const reserved = varintSize(record.size);
  const from = start + reserved;
  let at = from;
  bytes[at++] = 0;
  at = writeVarint(bytes, at, time);
  at = writeVarint(bytes, at, offset);
  at = writeContent(bytes, at, record.content);
  const size = at - from;
  const needed = varintSize(size);
  if (needed < reserved) {
    bytes.copyWithin(start + needed, from, at);
    at -= reserved - needed;
  }
  writeVarint(bytes, start, size);
  return at;
}

function writeContent(bytes: Buffer, start: number, content: RecordContent): number {
  if ('source' in content) {
    const { source, value } = content;
    if (value === undefined) return copy(bytes, start, source.bytes, source.keyAt, source.end);
    const at = copy(bytes, start, source.bytes, source.keyAt, source.valueAt);
    return copy(bytes, writeSized(bytes, at, value), source.bytes, source.headersAt, source.end);
  }
  const at = writeSized(bytes, writeSized(bytes, start, content.key), content.value);
  return writeHeaders(bytes, at, content.headers);
}

function copy(bytes: Buffer, at: number, source: Buffer, from: number, to: number): number {
  return at + source.copy(bytes, at, from, to);
}

function writeHeaders(bytes: Buffer, start: number, headers: RawHeaders): number {
  let count = 0;
  for (const name in headers) {
    const header = headers[name];
    count += Array.isArray(header) ? header.length : 1;
  }
  let at = writeVarint(bytes, start, count);
  for (const name in headers) {
    const header = headers[name];
    if (Array.isArray(header)) for (const one of header) at = writeHeader(bytes, at, name, one);
    else at = writeHeader(bytes, at, name, header);
  }
  return at;
}

function writeHeader(bytes: Buffer, start: number, name: string, value: string | Buffer | undefined): number {
  return writeSized(bytes, writeSized(bytes, start, nameBytes(name)), value ?? null);
}

function writeSized(bytes: Buffer, start: number, content: string | Buffer | null): number {
  if (content === null) return writeVarint(bytes, start, -1);
  if (typeof content === 'string') return writeText(bytes, start, content);
  const { length } = content;
  const at = writeVarint(bytes, start, length);
  // For a few bytes a loop is faster than a call into the runtime.
  if (length > 48) bytes.set(content, at);
  else for (let index = 0; index < length; index += 1) bytes[at + index] = content[index] as number;
  return at + length;
}

function writeText(bytes: Buffer, start: number, text: string): number {
  const length = Buffer.byteLength(text);
  const at = writeVarint(bytes, start, length);
  bytes.write(text, at, length, 'utf8');
  return at + length;
}
