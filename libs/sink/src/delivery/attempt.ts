// One try at one delivery: the event is read, the sink runs, and whatever comes of it is a value. Nothing is thrown.
import { hash } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import type { SecretMask } from '../auth/mask.ts';
import type { Tokens } from '../auth/token-keeper.ts';
import type { Sink, SinkContext, SinkEvent } from '../author/define-sink.ts';
import { broken, type DeliveryOutcome, isOutcome } from '../author/outcome.ts';
import { mappedFields, readEnvelope, sinkEvent } from '../author/sink-event.ts';
import { forcedOf } from '../dead-letters/forced-key.ts';
import type { Integrations } from '../intake/integrations.ts';
import type { Settings } from '../intake/settings.ts';
import type { Links } from '../ledger/links.ts';
import type { LedgerRow } from '../ledger/row.ts';
import type { StepStore } from '../ledger/step-store.ts';
import { sinkContext } from './context.ts';
import { Notes } from './notes.ts';
import type { SinkObserver } from './observer.ts';
import type { Tried } from './verdict.ts';

/** What a try needs. */
export interface Workshop {
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly integrations: Pick<Integrations, 'of'>;
  readonly http: Pick<HttpClient, 'request'>;
  readonly steps: Pick<StepStore, 'store'>;
  readonly links: Pick<Links, 'get' | 'keep'>;
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Absent where nobody counts: jobs and trials. */
  readonly observer?: Pick<SinkObserver, 'leftOut'>;
  /** Aborted when calls must end because the service stops. */
  readonly signal: AbortSignal;
  /** True once the service stops and no further call may begin. */
  readonly stopping: () => boolean;
}

/** The same for every attempt at one event for one integration, on any process, until somebody forces it anew. */
export function idempotencyKey(integrationId: string, eventId: string, forced?: number): string {
  const named = forced === undefined ? [integrationId, eventId] : [integrationId, eventId, forced];
  return hash('sha256', JSON.stringify(named), 'base64url');
}

/** The idempotency key of a delivery. */
export function keyOf({ integrationId, eventId, steps }: LedgerRow): string {
  return idempotencyKey(integrationId, eventId, forcedOf(steps));
}

/** Tries a delivery. `lost` means that the row now belongs to another process: nothing may be written about it. */
export async function attempt(row: LedgerRow, workshop: Workshop): Promise<Tried | 'lost'> {
  const notes = new Notes(row, workshop.logger);
  try {
    const prepared = await prepare(row, workshop);
    if ('kind' in prepared) return notes.said(prepared, false);
    if ('gone' in prepared) return notes.tried('interrupted', prepared.gone, false);
    notes.hide(maskFor(prepared, row, workshop));
    const context = sinkContext(row, prepared, notes.last, workshop);
    return notes.said(await prepared.sink.deliver(prepared.event, context), true);
  } catch (error) {
    return notes.caught(error);
  }
}

/** What a delivery is made of. */
export interface Prepared {
  readonly sink: Sink;
  readonly settings: Extract<Settings, { ok: true }>;
  readonly event: SinkEvent;
  readonly mapped: SinkContext['mapped'];
}

/** Reads what a row needs; an outcome where it decides itself, and `gone` where its integration is no more. */
export async function prepare(
  row: LedgerRow,
  { sinks, integrations, observer }: Pick<Workshop, 'sinks' | 'integrations' | 'observer'>,
): Promise<Prepared | DeliveryOutcome | { readonly gone: string }> {
  const sink = sinks.get(row.sink);
  const settings = await integrations.of(row.integrationId, row.sink);
  if (sink === undefined || settings === undefined) return { gone: 'the integration is gone' };
  if (!settings.ok) return broken(settings.reason);
  const envelope = row.envelope ?? (row.body === null ? undefined : readEnvelope(row.body));
  const event = sinkEvent(sink, row, envelope);
  if (isOutcome(event) || envelope === undefined) return event as DeliveryOutcome;
  for (const field of event.leftOut) observer?.leftOut(row.sink, row.eventType, field);
  const mapped = mappedFields(settings.mapping, envelope);
  return isOutcome(mapped) ? mapped : { sink, settings, event, mapped };
}

/** The mask of an integration's secrets and of those that its credentials make. */
export function maskFor(
  { sink, settings }: Pick<Prepared, 'sink' | 'settings'>,
  { integrationId }: Pick<LedgerRow, 'integrationId'>,
  { tokens }: Pick<Workshop, 'tokens'>,
): () => SecretMask {
  const { config, mask } = settings;
  return () => mask(sink.auth?.secrets({ config, integrationId, tokens }));
}

/** What a log line says about a delivery. */
export function fieldsOf(row: LedgerRow): Record<string, unknown> {
  return {
    sink: row.sink,
    delivery_id: row.id,
    integration_id: row.integrationId,
    tenant_id: row.tenantId,
    event_type: row.eventType,
    event_id: row.eventId,
  };
}
