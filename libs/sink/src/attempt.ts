// One try at one delivery: the event is read, the sink runs, and whatever comes of it is a value. Nothing is thrown.
import { createHash } from 'node:crypto';
import { InfrastructureError, type Logger } from '@switchboard/contracts';
import { EgressError, type HttpClient } from '@switchboard/egress';
import type { Sink, SinkContext } from './define-sink.ts';
import type { Integrations } from './integrations.ts';
import type { LedgerRow } from './ledger-row.ts';
import { type DeliveryOutcome, isOutcome } from './outcome.ts';
import { AbandonedError } from './persist.ts';
import { mappedFields, readEnvelope, sinkEvent } from './sink-event.ts';
import { bindHttp } from './sink-http.ts';
import { ClaimLostError, type StepStore } from './step-store.ts';
import type { Tried } from './verdict.ts';

/** What a try needs. */
export interface Workshop {
  readonly sinks: ReadonlyMap<string, Sink>;
  readonly integrations: Pick<Integrations, 'of'>;
  readonly http: HttpClient;
  readonly steps: Pick<StepStore, 'store'>;
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

/** Tries a delivery. `lost` means that the row now belongs to another process: nothing may be written about it. */
export async function attempt(row: LedgerRow, workshop: Workshop): Promise<Tried | 'lost'> {
  const at = new Date();
  const started = performance.now();
  let status: number | null = null;
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
    status,
    at,
    latencyMs: Math.round(performance.now() - started),
    ...more,
  });
  const said = (outcome: DeliveryOutcome, called: boolean): Tried =>
    tried(outcome.kind, outcome.kind === 'delivered' ? null : outcome.reason, called, {
      status: outcome.status ?? status,
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
    const ctx = context(row, { config: settings.config, mapped }, workshop, (answered) => {
      status = answered;
    });
    return said(await sink.deliver(event, ctx), true);
  } catch (error) {
    if (error instanceof ClaimLostError || error instanceof AbandonedError) return 'lost';
    if (error instanceof InfrastructureError) return tried('interrupted', error.message, false);
    if (error instanceof EgressError) {
      return error.code === 'ABORTED'
        ? tried('interrupted', error.message, true)
        : tried('retry', error.message, true, { status: null });
    }
    const name = error instanceof Error ? error.name : typeof error;
    workshop.logger.error(
      { ...fieldsOf(row), error_name: name, error_stack: framesOf(error) },
      'A sink threw, which is a bug in it; the delivery is tried again.',
    );
    return tried('threw', `the sink threw ${name}`, true);
  }
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

function context(
  row: LedgerRow,
  given: Pick<SinkContext<Record<string, unknown>>, 'config' | 'mapped'>,
  { http, steps, logger, signal, stopping }: Workshop,
  answered: (status: number) => void,
): SinkContext<Record<string, unknown>> {
  const key = idempotencyKey(row.integrationId, row.eventId);
  const done: Record<string, unknown> = { ...row.steps };
  return {
    ...given,
    idempotencyKey: key,
    signal,
    http: bindHttp(http, { sink: row.sink, idempotencyKey: key, signal, stopping, answered }),
    logger: withFields(logger, fieldsOf(row)),
    async step<T>(name: string, fn: () => Promise<T | DeliveryOutcome>): Promise<T | DeliveryOutcome> {
      if (Object.hasOwn(done, name)) return done[name] as T;
      const result = await fn();
      if (isOutcome(result)) return result;
      // What a later attempt will read is what this one goes on with: JSON, no undefined, no dates.
      const stored = result === undefined ? null : (JSON.parse(JSON.stringify(result)) as T);
      await steps.store(row.id, name, stored);
      done[name] = stored;
      return stored as T;
    },
  };
}

function withFields(logger: Logger, fields: object): Logger {
  return {
    debug: (more, sentence) => logger.debug({ ...fields, ...more }, sentence),
    info: (more, sentence) => logger.info({ ...fields, ...more }, sentence),
    warn: (more, sentence) => logger.warn({ ...fields, ...more }, sentence),
    error: (more, sentence) => logger.error({ ...fields, ...more }, sentence),
  };
}
