// Turns verified bytes into an event to store: envelope, tenant, event id, key and headers.
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import {
  type EventEnvelope,
  encodeHeaders,
  envelopeFault,
  eventOf,
  orderingKey,
  type RawHeaders,
  readTraceparent,
} from '@switchboard/contracts';

/** `ce_source` of all events that come in here. */
export const SOURCE = '/webhooks/helpninja';

/** An event as it is written to Kafka or the spool. */
export interface AcceptedEvent {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  readonly key: string;
  readonly headers: RawHeaders;
  readonly value: Buffer;
  /** Moment of acceptance, ms since 1970; the record's timestamp through every topic. */
  readonly acceptedAt: number;
  /** False when `data` does not match the schema of its type; such an event is accepted and counted. */
  readonly conforms: boolean;
}

/** Why a body with a valid signature is refused. `tenant` gets the same response as a bad signature. */
export type Refusal =
  | { readonly kind: 'body'; readonly path: string; readonly message: string }
  | { readonly kind: 'tenant' };

/**
 * Parses a verified body. `owner` is the secret's tenant; undefined for a platform-wide secret. `trace` is the sender's
 * `traceparent`; the signature does not cover it, and an invalid one is dropped.
 */
export function accept(
  body: Buffer,
  owner: string | undefined,
  defaultTenant: string | undefined,
  now: number,
  trace?: string,
): AcceptedEvent | Refusal {
  const parsed = parse(body);
  if (parsed === undefined) return { kind: 'body', path: '', message: 'is not JSON in UTF-8' };
  const fault = envelopeFault(parsed);
  if (fault) return { kind: 'body', ...fault };
  const event = parsed as EventEnvelope;
  if (owner !== undefined && event.tenant_id !== undefined && event.tenant_id !== owner)
    return { kind: 'tenant' };
  const tenantId = owner ?? event.tenant_id ?? defaultTenant;
  if (tenantId === undefined) {
    return {
      kind: 'body',
      path: 'tenant_id',
      message: 'is missing; an event with a platform-wide signature must name its tenant',
    };
  }
  const id = eventId(tenantId, body);
  const time = event.timestamp;
  const traceparent = trace === undefined ? undefined : readTraceparent(trace);
  return {
    id,
    type: event.event,
    tenantId,
    key: orderingKey(event.event, event.data, id),
    headers: encodeHeaders({
      id,
      type: event.event,
      source: SOURCE,
      tenantId,
      ...(time === undefined ? {} : { time }),
      ...(traceparent === undefined ? {} : { traceparent }),
    }),
    value: body,
    acceptedAt: now,
    conforms: eventOf(event.event)?.data.safeParse(event.data).success ?? true,
  };
}

/** `ce_id`: the sender's own id is not signed here, so the id is a hash of the bytes. A repeated post has the same id. */
function eventId(tenantId: string, body: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${SOURCE}\0${tenantId}\0`), body]), 'hex');
}

/** A byte order mark is not JSON; readers after us refuse it too. */
function parse(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
