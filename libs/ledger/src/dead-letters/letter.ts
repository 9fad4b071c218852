// A record of the dead-letter topic as it is listed. Whoever can write to the topic can write anything: what is missing or
// absurd becomes something that a table takes, the record itself stays as it is.
import { headerText, deadLetterHeaders as names } from '@switchboard/contracts';
import type { InRecord } from '@switchboard/kafka';
import { storeHeaders } from './stored-headers.ts';

/** What the table of dead letters is told about a record. */
export interface Letter {
  /** Where it is on the dead-letter topic. */
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
  /** Of the record as it was: dead letters of earlier releases have it as their own. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** JSON, see storeHeaders(). */
  readonly headers: string;
}

const MAX_TEXT = 500;
const UNKNOWN = 'unknown';
const INT4 = 2 ** 31 - 1;
const ADDED: ReadonlySet<string> = new Set(Object.values(names));

/** Reads a record of the dead-letter topic. */
export function readLetter(record: InRecord): Letter {
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
    at: momentOf(text(names.failedAt), record.timestamp),
    tenantId: text('ce_tenantid'),
    eventType: text('ce_type'),
    eventId: text('ce_id'),
    timestampMs: timestampOf(text(names.timestamp), record.timestamp),
    key: record.key,
    value: record.value,
    headers: storeHeaders(record.headers, ADDED),
  };
}

/** The same record without what its headers say, of which Postgres refuses a value. */
export function bareLetter(letter: Letter, sqlState: string): Letter {
  return {
    ...letter,
    stage: UNKNOWN,
    group: null,
    originTopic: null,
    code: `the headers are not shown: Postgres refuses a value of them (${sqlState})`,
    tenantId: null,
    eventType: null,
    eventId: null,
    headers: '{}',
  };
}

/** The timestamp of the record that died, which may be negative: Kafka's word for none is -1. */
function timestampOf(said: string | null, timestamp: number): number {
  const number = Number(said ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : timestamp;
}

/** When it died: as it says, else as its timestamp says. Never in the future, where no purge would find it. */
function momentOf(said: string | null, timestamp: number): Date {
  const saidAt = Date.parse(said ?? '');
  const moment = saidAt >= 0 ? saidAt : timestamp;
  return new Date(Math.max(0, Math.min(moment, Date.now())));
}
