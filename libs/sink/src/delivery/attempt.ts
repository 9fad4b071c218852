// One try at one delivery: the event is read, the sink runs, and whatever comes of it is a value. Nothing is thrown.
import { createHash } from 'node:crypto';
import { type ErrorKind, InfrastructureError, type Logger } from '@switchboard/contracts';
import { EgressError, type HttpClient } from '@switchboard/egress';
import { AuthError } from '../auth/auth-error.ts';
import type { Tokens } from '../auth/token-keeper.ts';
import type { Sink } from '../author/define-sink.ts';
import { type DeliveryOutcome, isOutcome } from '../author/outcome.ts';
import { mappedFields, readEnvelope, sinkEvent } from '../author/sink-event.ts';
import type { Integrations } from '../intake/integrations.ts';
import type { Asked } from '../ledger/entries.ts';
import { AbandonedError } from '../ledger/persist.ts';
import type { Links } from '../ledger/links.ts';
import type { LedgerRow } from '../ledger/row.ts';
import { ClaimLostError, type StepStore } from '../ledger/step-store.ts';
import { sinkContext } from './context.ts';
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
  /** Aborted when calls must end because the service stops. */
  readonly signal: AbortSignal;
  /** True once the service stops and no further call may begin. */
  readonly stopping: () => boolean;
}

/** The same for every attempt at one event for one integration, on any process. */
export function idempotencyKey(integrationId: string, eventId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([integrationId, eventId]))
    .digest('base64url');
}

/** What a sink's last call was, as far as it may be kept. */
export interface LastCall {
  asked: Asked | null;
  status: number | null;
  answer: string | null;
}

/** Tries a delivery. `lost` means that the row now belongs to another process: nothing may be written about it. */
export async function attempt(row: LedgerRow, workshop: Workshop): Promise<Tried | 'lost'> {
  const at = new Date();
  const started = performance.now();
  const last: LastCall = { asked: null, status: null, answer: null };
  const tried = (
    kind: Tried['kind'],
    reason: string | null,
    called: boolean,
    more: Partial<Tried> = {},
  ): Tried => ({
    kind,
    called,
    reason,
    reference: null,
    ...last,
    at,
    latencyMs: Math.round(performance.now() - started),
    ...more,
  });
  const said = (outcome: DeliveryOutcome, called: boolean): Tried =>
    tried(outcome.kind, outcome.kind === 'delivered' ? null : outcome.reason, called, {
      status: outcome.status ?? last.status,
      ...(outcome.kind === 'delivered' ? { reference: outcome.reference ?? null } : {}),
      ...(outcome.kind === 'retry' && outcome.afterSeconds !== undefined
        ? { afterSeconds: outcome.afterSeconds }
        : {}),
    });
  try {
    const sink = workshop.sinks.get(row.sink);
    const settings = await workshop.integrations.of(row.integrationId, row.sink);
    if (sink === undefined || settings === undefined)
      return tried('interrupted', 'the integration is gone', false);
    if (!settings.ok) return tried('broken', settings.reason, false);
    const envelope = row.body === null ? undefined : readEnvelope(row.body);
    const event = sinkEvent(sink, row, envelope);
    if (isOutcome(event)) return said(event, false);
    const mapped = envelope === undefined ? {} : mappedFields(settings.mapping, envelope);
    if (isOutcome(mapped)) return said(mapped, false);
    return said(await sink.deliver(event, sinkContext(row, sink, settings, mapped, last, workshop)), true);
  } catch (error) {
    if (error instanceof ClaimLostError || error instanceof AbandonedError) return 'lost';
    if (error instanceof InfrastructureError) return tried('interrupted', error.message, false);
    if (error instanceof AuthError) return said(error.outcome, true);
    if (error instanceof EgressError) return withoutAnswer(error, tried);
    const name = error instanceof Error ? error.name : typeof error;
    workshop.logger.error(
      { ...fieldsOf(row), error_name: name, error_stack: framesOf(error) },
      'A sink threw, which is a bug in it; the delivery is tried again.',
    );
    return tried('threw', `the sink threw ${name}`, true, { error: 'threw' });
  }
}

const KINDS: Readonly<Partial<Record<EgressError['code'], ErrorKind>>> = {
  DNS: 'dns',
  TLS: 'tls',
  CONNECTION: 'connection',
  TIMEOUT: 'timeout',
  RESET: 'reset',
  RESPONSE_TOO_LARGE: 'response_too_large',
};

function withoutAnswer(
  error: EgressError,
  tried: (kind: Tried['kind'], reason: string, called: boolean, more?: Partial<Tried>) => Tried,
): Tried {
  if (error.code === 'ABORTED') return tried('interrupted', error.message, true);
  if (error.code === 'REFUSED_ADDRESS') return tried('broken', error.message, true, { status: null });
  const kind = KINDS[error.code];
  return tried('retry', error.message, true, {
    status: error.status ?? null,
    ...(kind === undefined ? {} : { error: kind }),
  });
}

// Where it was thrown, without the message: that of a SyntaxError quotes what could not be parsed.
function framesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
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
