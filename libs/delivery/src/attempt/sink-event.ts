// From stored bytes to what a sink is given: an event with what the sink needs, or the reason why it is none.
import {
  type Enrichment,
  type EventEnvelope,
  enrichment,
  isOperation,
  type Mapping,
  mapFields,
  parseJson,
  readData,
} from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import {
  type DeliveryOutcome,
  isMet,
  type Need,
  placesOf,
  rejected,
  type Sink,
  type SinkContext,
  type SinkEvent,
  skipped,
} from '@switchboard/sink';
import { phoneOf } from './phone.ts';

/** Reads the body of an event; undefined when it is no JSON object with `data`. */
export function readEnvelope(value: Buffer): EventEnvelope | undefined {
  let body: unknown;
  try {
    body = parseJson(value.toString('utf8'));
  } catch {
    return undefined;
  }
  return isObject(body) && isObject(body['data']) ? (body as unknown as EventEnvelope) : undefined;
}

/** The event for a sink, or the outcome that its data deserves. */
export function sinkEvent(
  sink: Sink,
  row: LedgerRow,
  envelope: EventEnvelope | undefined,
): SinkEvent | DeliveryOutcome {
  const definition = sink.accepts.find(({ type }) => type === row.eventType);
  if (envelope === undefined) return rejected('the body of the event is gone or unreadable');
  if (definition === undefined) return rejected(`the sink no longer takes ${row.eventType}`);
  // Trouble told through what is in trouble would make more of it.
  if (isOperation(row.eventType) && envelope.data['integration_id'] === row.integrationId) {
    return skipped('it is about this integration itself');
  }
  const { data, leftOut } = readData(definition, envelope.data);
  const enriched = known(envelope.enrichment);
  const unmet = sink.needs?.[row.eventType]?.find((need) => !isMet(need, data, enriched.conversation));
  if (unmet !== undefined) return rejected(unmetSays(sink, unmet, leftOut));
  return {
    id: row.eventId,
    type: row.eventType,
    tenantId: row.tenantId,
    ...(row.eventTime === null ? {} : { time: row.eventTime }),
    acceptedAt: row.acceptedAt,
    data,
    leftOut,
    enrichment: enriched,
  };
}

/** The fields of a tenant's mapping that this event fills, or the outcome that a missing one deserves. */
export function mappedFields(
  mapping: Mapping,
  envelope: EventEnvelope,
): SinkContext['mapped'] | DeliveryOutcome {
  const { fields, missing } = mapFields(mapping, envelope, { phone: phoneOf });
  return missing.length === 0 ? fields : rejected(`the event has nothing for ${missing.join(', ')}`);
}

function unmetSays({ name }: Sink, need: Need, leftOut: readonly string[]): string {
  const [field = '', ...others] = placesOf(need);
  const wanted = [`data.${field}`, ...others].join(' or ');
  return `${wanted}: ${leftOut.includes(field) ? 'is not what its type says' : 'is missing'}; ${name} needs it`;
}

// Enrichment helps and is never required: a part in a shape we do not know (of a newer or older enricher) is left out.
function known(given: unknown): Partial<Enrichment> {
  if (!isObject(given)) return {};
  const parts = Object.entries(enrichment.shape).map(
    ([name, schema]) => [name, schema.safeParse(given[name])] as const,
  );
  return Object.fromEntries(
    parts.filter(([name, part]) => name in given && part.success).map(([name, part]) => [name, part.data]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
