// Reads a record of Kafka as an event for the ledger.
import { decodeHeaders, isOperation, orderingKey, topics } from '@switchboard/contracts';
import { dead, type InRecord, type Outcome } from '@switchboard/kafka';
import { dayOf, type NewEvent } from '@switchboard/ledger';
import { readEnvelope } from '../attempt/prepare.ts';
import { footprintOf } from './footprint.ts';

const YEAR_9999_MS = 253_402_300_799_999;

/** The event of one of these types, undefined where it is of another, or the dead letter that the record is. */
export function readEvent(record: InRecord, types: ReadonlySet<string>): NewEvent | Outcome | undefined {
  const headers = decodeHeaders(record.headers);
  if (headers === undefined || record.value === null) {
    return dead('HEADERS_MISSING', 'the record is not an event');
  }
  if (!types.has(headers.type)) return undefined;
  // Operations are what we tell ourselves: one that a sender makes up is none.
  if (isOperation(headers.type) !== (record.topic === topics.operations)) return undefined;
  const { id, type, source, tenantId, time, traceparent } = headers;
  if ([id, source, tenantId, time ?? ''].some((text) => text.includes('\0'))) {
    return dead('HEADERS_INVALID', 'a header of the record has a NUL character');
  }
  if (!(record.timestamp >= 0 && record.timestamp <= YEAR_9999_MS)) {
    return dead('TIMESTAMP_INVALID', 'the record has no usable timestamp');
  }
  const envelope = readEnvelope(record.value);
  if (envelope === undefined) return dead('EVENT_NOT_JSON', 'the value is no JSON object with data');
  return {
    day: dayOf(time),
    eventId: id,
    tenantId,
    eventType: type,
    source,
    eventTime: time ?? null,
    traceparent: traceparent ?? null,
    acceptedAt: new Date(record.timestamp),
    orderingKey: record.key?.toString().replaceAll('\0', '') || orderingKey(type, envelope.data, id),
    // A copy: the value is part of a whole fetch, which would stay in memory as long as the row.
    body: Buffer.from(record.value),
    envelope,
    footprint: footprintOf(record.value),
  };
}
