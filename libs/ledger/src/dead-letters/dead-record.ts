// Reads records of the dead-letter topic for the table. Anybody who can write to the topic can write anything, so a missing
// or invalid header becomes a value that the table accepts. Key, value and headers are stored unchanged.
import { headerText, deadLetterHeaders as names, type RawHeaders } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';

/** A record of the dead-letter topic as the tables store it. */
export interface DeadRecord {
  /** Its position on the dead-letter topic. */
  readonly partition: number;
  readonly offset: number;
  readonly stage: string;
  readonly group: string | null;
  readonly originTopic: string | null;
  readonly originPartition: number | null;
  readonly originOffset: number | null;
  readonly code: string;
  readonly attempts: number;
  readonly at: Date;
  readonly tenantId: string | null;
  readonly eventType: string | null;
  readonly eventId: string | null;
  /** The timestamp of the original record. Dead letters of earlier releases carry it as their own timestamp. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** JSON, as headersToJson() makes it. */
  readonly headers: string;
}

const MAX_TEXT = 500;
const UNKNOWN = 'unknown';
const INT4 = 2 ** 31 - 1;
const DEAD_LETTER_HEADERS: ReadonlySet<string> = new Set(Object.values(names));

/** Reads a record of the dead-letter topic. */
export function readDeadRecord(record: InRecord): DeadRecord {
  const text = (name: string) =>
    headerText(record.headers, name)?.replaceAll('\0', '').slice(0, MAX_TEXT) || null;
  const count = (name: string, most: number) => {
    const number = Number(text(name) ?? Number.NaN);
    return Number.isInteger(number) && number >= 0 && number <= most ? number : null;
  };
  return {
    partition: record.partition,
    offset: record.offset,
    stage: text(names.stage) ?? UNKNOWN,
    group: text(names.group),
    originTopic: text(names.topic),
    originPartition: count(names.partition, INT4),
    originOffset: count(names.offset, Number.MAX_SAFE_INTEGER),
    code: text(names.errorCode) ?? UNKNOWN,
    attempts: count(names.attempts, INT4) ?? 0,
    at: deathTime(text(names.failedAt), record.timestamp),
    tenantId: text('ce_tenantid'),
    eventType: text('ce_type'),
    eventId: text('ce_id'),
    timestampMs: originalTimestamp(text(names.timestamp), record.timestamp),
    key: record.key,
    value: record.value,
    headers: headersToJson(record.headers, DEAD_LETTER_HEADERS),
  };
}

/** The same record without its headers, because Postgres refuses a value in them. */
export function withoutHeaders(record: DeadRecord, sqlState: string): DeadRecord {
  return {
    ...record,
    stage: UNKNOWN,
    group: null,
    originTopic: null,
    code: `headers not shown: Postgres refuses a value in them (${sqlState})`,
    tenantId: null,
    eventType: null,
    eventId: null,
    headers: '{}',
  };
}

/** The timestamp of the original record. It may be negative: -1 means none in Kafka. */
function originalTimestamp(text: string | null, timestamp: number): number {
  const number = Number(text ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : timestamp;
}

/** The time of death: from the header, else the timestamp. Never in the future, where the retention would not find it. */
function deathTime(text: string | null, timestamp: number): Date {
  const time = Date.parse(text ?? '');
  const known = time >= 0 ? time : timestamp;
  return new Date(Math.max(0, Math.min(known, Date.now())));
}

/** Headers as a JSON column stores them: name to list of values in base64; null for a header without a value. */
export type JsonHeaders = Readonly<Record<string, readonly (string | null)[]>>;

/** Headers as JSON, except those in `without`. */
function headersToJson(headers: RawHeaders, without: ReadonlySet<string>): string {
  const kept = Object.keys(headers).filter((name) => !without.has(name));
  const stored = kept.map((name) => [
    name,
    [headers[name]].flat().map((value) => (value == null ? null : Buffer.from(value).toString('base64'))),
  ]);
  return JSON.stringify(Object.fromEntries(stored));
}

/** The headers, byte for byte as they were. */
export function headersFromJson(stored: JsonHeaders): RawHeaders {
  const headers = Object.entries(stored).map(([name, values]) => {
    const bytes = values.map((value) => (value === null ? undefined : Buffer.from(value, 'base64')));
    return [name, bytes.length === 1 ? bytes[0] : bytes];
  });
  return Object.fromEntries(headers) as RawHeaders;
}
