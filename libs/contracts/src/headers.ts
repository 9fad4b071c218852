// The headers of Kafka records: CloudEvents 1.0 in binary mode (cloudevents/spec, kafka-protocol-binding), and those of
// dead letters. There are few on purpose: each costs time to encode and decode in every service.
import { readTraceparent, TRACEPARENT } from './traceparent.ts';

/** Header values as a Kafka client hands them over. */
export type HeaderValue = Buffer | string | (Buffer | string)[] | undefined;
/** Headers as a Kafka client hands them over. */
export type RawHeaders = Record<string, HeaderValue>;

/** The attributes of an event that are headers of its record. */
export interface EventHeaders {
  /** `ce_id`: made by ingest; a repeated post has the same. */
  readonly id: string;
  /** `ce_type`: the event type, which may be unknown. */
  readonly type: string;
  /** `ce_source`: path of the webhook. */
  readonly source: string;
  /** `ce_tenantid`: the tenant whose secret verified the event. */
  readonly tenantId: string;
  /** `ce_time`: the sender's timestamp (RFC 3339), absent when the sender gave none. */
  readonly time?: string;
  /** `traceparent`: the trace that it belongs to, as `readTraceparent` returns it. Most events have none. */
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

/** One header as text; undefined if absent or empty. Of a repeated header the first value counts. */
export function headerText(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  const first = Array.isArray(value) ? value[0] : value;
  const text = first?.toString();
  return text === '' ? undefined : text;
}

/** Headers that every event must have. */
export const requiredHeaders = ['ce_id', 'ce_type', 'ce_source', 'ce_tenantid'] as const;

/**
 * Reads an event's headers; undefined if a required one is missing, which makes the record a dead letter. A
 * `traceparent` that cannot be read is dropped.
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

/** Headers that are added to a record when it becomes a dead letter. Its own stay as they were, see `kept`. */
export const deadLetterHeaders = {
  /** The service that gave up, for example `enricher`. */
  stage: 'dlq_stage',
  /** Its consumer group. */
  group: 'dlq_group',
  topic: 'dlq_origin_topic',
  partition: 'dlq_origin_partition',
  offset: 'dlq_origin_offset',
  /** The record's own timestamp, in milliseconds since 1970. The dead letter has the time at which it was written. */
  timestamp: 'dlq_origin_timestamp',
  /** A code, never text of the payload. */
  errorCode: 'dlq_error_code',
  attempts: 'dlq_attempts',
  /** RFC 3339. */
  failedAt: 'dlq_failed_at',
  /** What the letter has of the record: `all`; `key and headers` or `nothing` when it would be too large. */
  kept: 'dlq_kept',
} as const;
