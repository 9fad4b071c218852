// The context that a sink is given: settings, HTTP with credentials and a logger; for a single delivery also its steps and
// links.
import type { Logger } from '@switchboard/contracts';
import type { HttpClient } from '@switchboard/egress';
import type { LedgerRow, Links, StepStore } from '@switchboard/ledger';
import type { BatchContext, Sink, SinkContext, SinkHttp, Tokens } from '@switchboard/sink';
import type { SecretMask } from '../secrecy/secret-mask.ts';
import type { UsableSettings } from '../settings/settings.ts';
import { type LastCall, logFieldsOf } from './attempt-result.ts';
import { CallKeys, deliveryKey } from './idempotency.ts';
import type { Prepared } from './prepare.ts';
import { bindHttp, type HttpBinding } from './sink-http.ts';
import { Steps } from './steps.ts';

/** What contexts are made of. */
export interface ContextDeps {
  readonly http: Pick<HttpClient, 'request'>;
  readonly steps: Pick<StepStore, 'store'>;
  readonly links: Pick<Links, 'get' | 'keep'>;
  readonly tokens: Tokens;
  readonly logger: Logger;
  /** Aborted when calls must end because the service stops. */
  readonly signal: AbortSignal;
  /** Why no further call may begin, as the end of a sentence; undefined while one may. */
  readonly callBarrier: () => string | undefined;
}

/** What the calls of a context are made for: one delivery, or several of one integration. */
export interface CallScope {
  readonly row: LedgerRow;
  readonly sink: Sink;
  readonly settings: UsableSettings;
  readonly idempotencyKey: string;
  /** Kept up to date: the sink's last call. */
  readonly lastCall: LastCall;
  /** Fields of the sink's log lines. */
  readonly logFields: object;
}

/** The context for one delivery. It keeps `lastCall` up to date. */
export function sinkContext(
  row: LedgerRow,
  { sink, settings, mapped }: Pick<Prepared, 'sink' | 'settings' | 'mapped'>,
  lastCall: LastCall,
  deps: ContextDeps,
): SinkContext<Record<string, unknown>> {
  const { links, http } = deps;
  const idempotencyKey = deliveryKey(row);
  const scope = { row, sink, settings, idempotencyKey, lastCall, logFields: logFieldsOf(row) };
  const steps = new Steps(row, idempotencyKey, deps.steps);
  const binding = bindingOf(scope, deps, steps.keys);
  const httpOf = (name: string) => bindHttp(http, { ...binding, step: () => name });
  return {
    ...contextOf(scope, deps, bindHttp(http, { ...binding, step: () => steps.current() })),
    mapped,
    link(kind) {
      const { integrationId, orderingKey } = row;
      const place = { integrationId, orderingKey, kind };
      return { get: () => links.get(place), keep: (id) => links.keep(row, place, id) };
    },
    step: (name, fn) => steps.run(name, fn, httpOf),
  };
}

/** The context for a batch, which has neither steps nor links. */
export function batchContext(scope: CallScope, deps: ContextDeps): BatchContext<Record<string, unknown>> {
  const binding = bindingOf(scope, deps, new CallKeys(scope.idempotencyKey));
  return contextOf(scope, deps, bindHttp(deps.http, binding));
}

/** Makes the mask for an integration's secrets and for those of its current credentials. */
export function maskOf(
  { sink, settings }: Pick<Prepared, 'sink' | 'settings'>,
  { integrationId }: Pick<LedgerRow, 'integrationId'>,
  { tokens }: Pick<ContextDeps, 'tokens'>,
): () => SecretMask {
  const { config, mask } = settings;
  return () => mask(sink.auth?.secrets({ config, integrationId, tokens }));
}

function contextOf(
  { settings: { config }, idempotencyKey, logFields }: CallScope,
  { signal, logger }: ContextDeps,
  http: SinkHttp,
): BatchContext<Record<string, unknown>> {
  return { config, idempotencyKey, signal, http, logger: withFields(logger, logFields) };
}

function bindingOf(scope: CallScope, deps: ContextDeps, keys: CallKeys): HttpBinding {
  const { row, sink, settings, idempotencyKey, lastCall } = scope;
  const { config, delivery } = settings;
  const { tokens, signal, callBarrier } = deps;
  const { integrationId } = row;
  const authContext = { config, integrationId, idempotencyKey, now: Date.now, tokens };
  const mask = maskOf(scope, row, deps);
  return {
    sink: row.sink,
    keys,
    step: () => '',
    signal,
    callBarrier,
    timeoutMs: delivery.timeout_seconds * 1000,
    ...(sink.auth === undefined ? {} : { auth: { way: sink.auth, context: authContext } }),
    ...(row.traceparent ? { traceparent: row.traceparent } : {}),
    onRequest(method, url) {
      lastCall.request = { method, ...mask().place(url) };
      lastCall.status = null;
      lastCall.answer = null;
    },
    onReply({ status, text }) {
      lastCall.status = status;
      lastCall.answer = mask().excerpt(text);
    },
    holdsSecret: (text) => mask().mask(text) !== text,
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
