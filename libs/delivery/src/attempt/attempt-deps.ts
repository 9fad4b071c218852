// What an attempt needs, and what names a delivery to others: its idempotency key and the fields of its log lines.
import { hash } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import { forcedOf, type LedgerRow, type Links, type StepStore } from '@switchboard/ledger';
import type { Sink, SinkContext, SinkEvent, Tokens } from '@switchboard/sink';
import type { SinkObserver } from '../observer.ts';
import type { Integrations } from '../settings/integrations.ts';
import type { Settings } from '../settings/settings.ts';

/** What a try needs. */
export interface AttemptDeps {
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

/** What a delivery is made of. */
export interface Prepared {
  readonly sink: Sink;
  readonly settings: Extract<Settings, { ok: true }>;
  readonly event: SinkEvent;
  readonly mapped: SinkContext['mapped'];
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
