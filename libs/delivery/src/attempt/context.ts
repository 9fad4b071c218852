// What a sink is given for one call: its settings, its HTTP with credentials, its log; for one delivery also its steps.
import type { Logger } from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import type { BatchContext, Sink, SinkContext, SinkHttp } from '@switchboard/sink';
import type { Settings } from '../settings/settings.ts';
import { type AttemptDeps, fieldsOf, keyOf, type Prepared } from './attempt-deps.ts';
import { type Binding, bindHttp } from './bind-http.ts';
import { CallKeys } from './call-keys.ts';
import type { LastCall } from './notes.ts';
import { Steps } from './steps.ts';

type Usable = Extract<Settings, { ok: true }>;

/** What a call is made for: one delivery, or several of an integration. */
export interface Calling {
  readonly row: LedgerRow;
  readonly sink: Sink;
  readonly settings: Usable;
  readonly idempotencyKey: string;
  /** Becomes what the sink's last call was. */
  readonly last: LastCall;
  /** What its log lines say. */
  readonly fields: object;
}

/** The context of one call, or of several under keys of their own. */
export function callContext(
  calling: Calling,
  deps: AttemptDeps,
  keys = new CallKeys(calling.idempotencyKey),
): BatchContext<Record<string, unknown>> {
  const binding = bindingOf(calling, deps, keys);
  return contextOf(calling, deps, bindHttp(deps.http, binding));
}

/** The context of one try at one delivery; `last` becomes what the sink's last call was. */
export function sinkContext(
  row: LedgerRow,
  { sink, settings, mapped }: Pick<Prepared, 'sink' | 'settings' | 'mapped'>,
  last: LastCall,
  deps: AttemptDeps,
): SinkContext<Record<string, unknown>> {
  const { links, http } = deps;
  const calling = { row, sink, settings, idempotencyKey: keyOf(row), last, fields: fieldsOf(row) };
  const steps = new Steps(row, calling.idempotencyKey, deps.steps);
  const binding = bindingOf(calling, deps, steps.keys);
  const httpOf = (name: string) => bindHttp(http, { ...binding, step: () => name });
  return {
    ...contextOf(calling, deps, bindHttp(http, { ...binding, step: () => steps.current() })),
    mapped,
    link(kind) {
      const { integrationId, orderingKey } = row;
      const place = { integrationId, orderingKey, kind };
      return { get: () => links.get(place), keep: (id) => links.keep(row, place, id) };
    },
    step: (name, fn) => steps.run(name, fn, httpOf),
  };
}

function contextOf(
  { settings: { config }, idempotencyKey, fields }: Calling,
  { signal, logger }: AttemptDeps,
  http: SinkHttp,
): BatchContext<Record<string, unknown>> {
  return { config, idempotencyKey, signal, http, logger: withFields(logger, fields) };
}

function bindingOf(
  { row, sink: { auth }, settings: { config, delivery, mask }, idempotencyKey, last }: Calling,
  { tokens, signal, stopping }: AttemptDeps,
  keys: CallKeys,
): Binding {
  const { integrationId } = row;
  const authContext = { config, integrationId, idempotencyKey, now: Date.now, tokens };
  return {
    sink: row.sink,
    keys,
    step: () => '',
    signal,
    stopping,
    timeoutMs: delivery.timeout_seconds * 1000,
    ...(auth === undefined ? {} : { auth: { way: auth, context: authContext } }),
    ...(row.traceparent ? { traceparent: row.traceparent } : {}),
    asked(method, url) {
      last.asked = { method, ...mask(auth?.secrets(authContext)).place(url) };
      last.status = null;
      last.answer = null;
    },
    answered({ status, text }) {
      last.status = status;
      last.answer = mask(auth?.secrets(authContext)).excerpt(text);
    },
    holdsSecret: (text) => mask(auth?.secrets(authContext)).mask(text) !== text,
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
