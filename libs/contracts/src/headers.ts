// Record headers: CloudEvents 1.0 in Kafka binary mode (cloudevents/spec, kafka-protocol-binding), and those of a
// dead letter. Few on purpose: each costs encode and decode time on every hop.
import { readTraceparent, TRACEPARENT } from './traceparent.ts';

/** Header values as a Kafka client hands them over. */
export type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
/** Headers as a Kafka client hands them over. */
export type RawHeaders = Record<string, HeaderValue>;

/** What travels with every event. */
export interface EventHeaders {
  /** `ce_id`: made once at ingest; the same for a repeated post. */
  readonly id: string;
  /** `ce_type`: the sender's event type, known to us or not. */
  readonly type: string;
  /** `ce_source`: path of the webhook. */
  readonly source: string;
  /** `ce_tenantid`: owner of the secret that verified the event. */
  readonly tenantId: string;
  /** `ce_time`: the sender's timestamp (RFC 3339), absent when the sender gave none. */
  readonly time?: string;
  /** `traceparent`: the trace it belongs to, absent for most; as `readTraceparent` answers it. */
  readonly traceparent?: string;
}

/** Writes an event's headers. */
export function encodeHeaders(event: EventHeaders): RawHeaders {
  const headers: RawHeaders = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_tenantid: event.tenantId,
  };
  if (event.time !== undefined) headers['ce_time'] = event.time;
  if (event.traceparent !== undefined) headers[TRACEPARENT] = event.traceparent;
  return headers;
}

/** One header as text; undefined when absent or empty. A repeated header counts with its first value. */
export function headerText(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  const text = first?.toString();
  return text === '' ? undefined : text;
}

/** The headers without which a record is no event. */
export const requiredHeaders = ['ce_id', 'ce_type', 'ce_source', 'ce_tenantid'] as const;

/**
 * Reads an event's headers; undefined when a required one is missing, which makes the record a dead letter. A trace that
 * cannot be read is none.
 */
export function decodeHeaders(headers: RawHeaders): EventHeaders | undefined {
  const id = headerText(headers, 'ce_id');
  const type = headerText(headers, 'ce_type');
  const source = headerText(headers, 'ce_source');
  const tenantId = headerText(headers, 'ce_tenantid');
  const time = headerText(headers, 'ce_time');
  if (id === undefined || type === undefined || source === undefined || tenantId === undefined)
    return undefined;
  const trace = headerText(headers, TRACEPARENT);
  const traceparent = trace === undefined ? undefined : readTraceparent(trace);
  const event = time === undefined ? { id, type, source, tenantId } : { id, type, source, tenantId, time };
  return traceparent === undefined ? event : { ...event, traceparent };
}

/** Headers that a dead letter carries beside those of the record, which stay as they were. */
export const deadLetterHeaders = {
  /** The service that gave up, for example `enricher`. */
  stage: 'dlq_stage',
  /** Its consumer group. */
  group: 'dlq_group',
  topic: 'dlq_origin_topic',
  partition: 'dlq_origin_partition',
  offset: 'dlq_origin_offset',
  /** The timestamp of the record, in milliseconds since 1970; that of the dead letter is when it was buried. */
  timestamp: 'dlq_origin_timestamp',
  /** A code of ours, never text of the payload. */
  errorCode: 'dlq_error_code',
  attempts: 'dlq_attempts',
  /** RFC 3339. */
  failedAt: 'dlq_failed_at',
} as const;
