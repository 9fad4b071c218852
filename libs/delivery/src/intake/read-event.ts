// Reads a Kafka record as an event for the ledger, and counts how much memory the event takes while it waits.
import { decodeHeaders, isOperation, orderingKey, topics } from '@switchboard/contracts';
import { dead, type InRecord, type Outcome } from '@switchboard/kafka';
import { dayOf, type NewEvent } from '@switchboard/ledger';
import { readEnvelope } from '../attempt/prepare.ts';

const YEAR_9999_MS = 253_402_300_799_999;

/** Measured on V8: a nested empty array takes 56 bytes, `{}` in a list 64, a number or a short text in a list 16. */
const CONTAINER_BYTES = 56;
const VALUE_BYTES = 16;

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** The event of a record, or the dead letter that the record is. Undefined when its type is not one of `types`. */
export function readEvent(record: InRecord, types: ReadonlySet<string>): NewEvent | Outcome | undefined {
  const headers = decodeHeaders(record.headers);
  if (headers === undefined || record.value === null) {
    return dead('HEADERS_MISSING', 'the record is not an event');
  }
  if (!types.has(headers.type)) return undefined;
  // Operational events come from the runtime alone. One that a sender made up is ignored.
  if (isOperation(headers.type) !== (record.topic === topics.operations)) return undefined;
  const { id, type, source, tenantId, time, traceparent } = headers;
  if ([id, source, tenantId, time ?? ''].some((text) => text.includes('\0'))) {
    return dead('HEADERS_INVALID', 'a header of the record has a NUL character');
  }
  if (!(record.timestamp >= 0 && record.timestamp <= YEAR_9999_MS)) {
    return dead('TIMESTAMP_INVALID', 'the record has no usable timestamp');
  }
  const envelope = readEnvelope(record.value);
  if (envelope === undefined) return dead('EVENT_NOT_JSON', 'the value is not a JSON object with data');
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
    memoryBytes: footprintOf(record.value),
  };
}

/** Bytes that a JSON text and its parsed value take together. Rather too many than too few: brackets in texts count too. */
export function footprintOf(json: Uint8Array): number {
  let containers = 0;
  let values = 0;
  // By index: an iterator takes several times as long, and this runs for every event.
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i];
    if (byte === COMMA) values += 1;
    else if (byte === BRACKET || byte === BRACE) containers += 1;
  }
  return 2 * json.length + containers * CONTAINER_BYTES + values * VALUE_BYTES;
}
