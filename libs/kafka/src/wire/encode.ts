// A record batch written in one go into one buffer (format 2: Kafka's documentation, "Message Format"). kafkajs makes a
// buffer for every header of every record.
import type { RawHeaders } from '@switchboard/contracts';
import { crc32c } from './crc32c.ts';
import type { FetchedRecord } from './fetched-record.ts';
import { nameBytes } from './header-names.ts';
import { varintSize, writeVarint } from './varint.ts';

/** A record as it goes into a batch. */
export interface WireRecord {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Never less than the record takes in a batch, see recordSize() and copiedSize(). */
  readonly size: number;
  readonly content: Content;
}

export interface Parts {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RawHeaders;
}

/** A record that was read and goes on: with its own bytes, only the value may be another. */
export interface Copied {
  readonly source: FetchedRecord;
  readonly value: Buffer | undefined;
}

export type Content = Parts | Copied;

/** Bytes of a batch before its first record. */
export const BATCH_OVERHEAD = 61;
// Length, attributes, timestamp and offset delta, lengths of key and value, header count: the most their varints take.
const RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5 + 5;
const HEADER_OVERHEAD = 5 + 5;
// Where fields of a batch stand.
const LENGTH = 8;
const LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const FIRST_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER = 43;
const COUNT = 57;

/** The most bytes a record can take in a batch. */
export function recordSize({ key, value, headers }: Parts): number {
  let size = RECORD_OVERHEAD + length(key) + (value === null ? 0 : value.length);
  for (const name in headers) {
    const each = HEADER_OVERHEAD + nameBytes(name).length;
    const header = headers[name];
    if (Array.isArray(header)) for (const one of header) size += each + length(one);
    else size += each + length(header);
  }
  return size;
}

/** The most bytes a record can take in a batch that goes on as it was read, or with another value. */
export function copiedSize({ source, value }: Copied): number {
  const { keyAt, valueAt, headersAt, end } = source;
  const rest = value === undefined ? headersAt - valueAt : 5 + value.length;
  return RECORD_OVERHEAD + valueAt - keyAt + rest + end - headersAt;
}

function length(bytes: string | Buffer | null | undefined): number {
  if (bytes == null) return 0;
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

/** Key, value and headers alone, as they stand in a record. */
export function contentBytes(content: Parts): Buffer {
  const bytes = Buffer.allocUnsafe(recordSize(content));
  return bytes.subarray(0, writeContent(bytes, 0, content));
}

/** Writes the records as one batch at `start`; returns the position behind it. There must be room for all sizes. */
export function writeBatch(bytes: Buffer, start: number, records: readonly WireRecord[]): number {
  const firstTimestamp = records[0]?.timestamp ?? 0;
  let maxTimestamp = firstTimestamp;
  let at = start + BATCH_OVERHEAD;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] as WireRecord;
    if (record.timestamp > maxTimestamp) maxTimestamp = record.timestamp;
    at = writeRecord(bytes, at, record, index, record.timestamp - firstTimestamp);
  }
  writeLong(bytes, start, 0);
  bytes.writeInt32BE(at - start - LEADER_EPOCH, start + LENGTH);
  bytes.writeInt32BE(-1, start + LEADER_EPOCH);
  bytes[start + MAGIC] = 2;
  // No compression, the sender's timestamps, no transaction.
  bytes.writeInt16BE(0, start + ATTRIBUTES);
  bytes.writeInt32BE(records.length - 1, start + LAST_OFFSET_DELTA);
  writeLong(bytes, start + FIRST_TIMESTAMP, firstTimestamp);
  writeLong(bytes, start + MAX_TIMESTAMP, maxTimestamp);
  // No producer id, epoch and sequence: this producer is not idempotent.
  bytes.fill(0xff, start + PRODUCER, start + COUNT);
  bytes.writeInt32BE(records.length, start + COUNT);
  bytes.writeUInt32BE(crc32c(bytes, start + ATTRIBUTES, at), start + CRC);
  return at;
}

function writeRecord(bytes: Buffer, start: number, record: WireRecord, offset: number, time: number): number {
  // Its length stands before it, in as many bytes as it needs: as many as the known bound would need, nearly always.
  const room = varintSize(record.size);
  const from = start + room;
  let at = from;
  bytes[at++] = 0;
  at = writeVarint(bytes, at, time);
  at = writeVarint(bytes, at, offset);
  at = writeContent(bytes, at, record.content);
  const size = at - from;
  const needed = varintSize(size);
  if (needed < room) {
    bytes.copyWithin(start + needed, from, at);
    at -= room - needed;
  }
  writeVarint(bytes, start, size);
  return at;
}

function writeContent(bytes: Buffer, start: number, content: Content): number {
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
  // A call into the runtime costs more than a few bytes.
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

/** A whole number of milliseconds or an offset as INT64; exact up to 2^53. */
function writeLong(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeUInt32BE(value >>> 0, at + 4);
}
