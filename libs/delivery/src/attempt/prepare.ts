// Prepares an attempt: turns a stored row into what a sink is given, or into the outcome that the row has without a call.
import {
  type Enrichment,
  type EventEnvelope,
  enrichment,
  isOperation,
  type Mapping,
  mapFields,
  parseJson,
  readData,
  rulesHold,
} from '@switchboard/contracts';
import { type LedgerRow, UNDECIDED_STEP } from '@switchboard/ledger';
import {
  broken,
  type DeliveryOutcome,
  isMet,
  isOutcome,
  type Need,
  placesOf,
  rejected,
  type Sink,
  type SinkContext,
  type SinkEvent,
  skipped,
} from '@switchboard/sink';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { SinkObserver } from '../observer.ts';
import type { Integrations } from '../settings/integrations.ts';
import type { UsableSettings } from '../settings/settings.ts';

/** What `prepare` reads from. */
export interface PrepareDeps {
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly integrations: Pick<Integrations, 'of'>;
  /** Absent in jobs and in trials, which are not counted. */
  readonly observer?: Pick<SinkObserver, 'leftOut'>;
}

/** A row that is ready for its sink. */
export interface Prepared {
  readonly sink: Sink;
  readonly settings: UsableSettings;
  readonly event: SinkEvent;
  readonly mapped: SinkContext['mapped'];
}

/** Nothing can be done for the row now, and nothing of it or of its tenant is at fault. */
export interface Interrupted {
  readonly interrupted: string;
}

/** Prepares a row; an outcome where the row needs no call. */
export async function prepare(
  row: LedgerRow,
  { sinks, integrations, observer }: PrepareDeps,
): Promise<Prepared | DeliveryOutcome | Interrupted> {
  const sink = sinks.get(row.sink);
  const settings = await integrations.of(row.integrationId, row.sink);
  if (sink === undefined || settings === undefined) return { interrupted: 'the integration is gone' };
  if (!settings.ok) return settings.keyUnknown ? { interrupted: settings.reason } : broken(settings.reason);
  const envelope = row.envelope ?? (row.body === null ? undefined : readEnvelope(row.body));
  if (envelope !== undefined && isExcluded(row, envelope, settings)) {
    return skipped('the rules of the integration do not want it');
  }
  const event = sinkEvent(sink, row, envelope);
  if (isOutcome(event) || envelope === undefined) return event as DeliveryOutcome;
  for (const field of event.leftOut) observer?.leftOut(row.sink, row.eventType, field);
  const mapped = mappedFields(settings.mapping, envelope);
  return isOutcome(mapped) ? mapped : { sink, settings, event, mapped };
}

/** Whether the rules, which were invalid when the event was taken in, exclude it. */
function isExcluded({ steps, acceptedAt }: LedgerRow, envelope: EventEnvelope, { rules }: UsableSettings) {
  return Object.hasOwn(steps, UNDECIDED_STEP) && !rulesHold(rules, envelope, acceptedAt);
}

/** Parses the body of an event; undefined when it is not a JSON object with an object `data`. */
export function readEnvelope(value: Buffer): EventEnvelope | undefined {
  let body: unknown;
  try {
    body = parseJson(value.toString('utf8'));
  } catch {
    return undefined;
  }
  return isObject(body) && isObject(body['data']) ? (body as unknown as EventEnvelope) : undefined;
}

/** A phone number as E.164; undefined when it is not one. Without a country the number must have its country code. */
export function phoneOf(given: string, country: string | undefined): string | undefined {
  const known = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined;
  const parsed = parsePhoneNumberFromString(given, known);
  return parsed?.isValid() ? parsed.number : undefined;
}

function sinkEvent(
  sink: Sink,
  row: LedgerRow,
  envelope: EventEnvelope | undefined,
): SinkEvent | DeliveryOutcome {
  const definition = sink.accepts.find(({ type }) => type === row.eventType);
  if (envelope === undefined) return rejected('the body of the event is gone or unreadable');
  if (definition === undefined) return rejected(`the sink no longer accepts ${row.eventType}`);
  // An integration that fails is not told of its own failures: each report would fail too and cause another one.
  if (isOperation(row.eventType) && envelope.data['integration_id'] === row.integrationId) {
    return skipped('it is about this integration itself');
  }
  const { data, leftOut } = readData(definition, envelope.data);
  const enriched = knownEnrichment(envelope.enrichment);
  const unmet = sink.needs?.[row.eventType]?.find((need) => !isMet(need, data, enriched.conversation));
  if (unmet !== undefined) return rejected(unmetReason(sink, unmet, leftOut));
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

function mappedFields(mapping: Mapping, envelope: EventEnvelope): SinkContext['mapped'] | DeliveryOutcome {
  const { fields, missing } = mapFields(mapping, envelope, { phone: phoneOf });
  return missing.length === 0 ? fields : rejected(`the event has no value for ${missing.join(', ')}`);
}

function unmetReason({ name }: Sink, need: Need, leftOut: readonly string[]): string {
  const [field = '', ...others] = placesOf(need);
  const wanted = [`data.${field}`, ...others].join(' or ');
  return `${wanted}: ${leftOut.includes(field) ? 'is not what its type says' : 'is missing'}; ${name} needs it`;
}

// No sink may depend on enrichment: a part in an unknown shape (from a newer or older enricher) is left out.
function knownEnrichment(given: unknown): Partial<Enrichment> {
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
