// What a sink is given for one call: its settings, its HTTP with credentials, its log; for one delivery also its steps.
import type { Logger } from '@switchboard/contracts';
import type { BatchContext, Sink, SinkContext } from '../author/define-sink.ts';
import { type DeliveryOutcome, isOutcome } from '../author/outcome.ts';
import { bindHttp } from '../author/sink-http.ts';
import type { Settings } from '../intake/settings.ts';
import type { LedgerRow } from '../ledger/row.ts';
import { storableJson, storableText } from '../ledger/storable.ts';
import { fieldsOf, keyOf, type Prepared, type Workshop } from './attempt.ts';
import type { LastCall } from './notes.ts';

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

/** The context of one call. */
export function callContext(
  { row, sink, settings, idempotencyKey: key, last, fields }: Calling,
  { http, tokens, logger, signal, stopping }: Workshop,
): BatchContext<Record<string, unknown>> {
  const { config, delivery, mask } = settings;
  const { auth } = sink;
  const authContext = {
    config,
    integrationId: row.integrationId,
    idempotencyKey: key,
    now: Date.now,
    tokens,
  };
  return {
    config,
    idempotencyKey: key,
    signal,
    http: bindHttp(http, {
      sink: row.sink,
      idempotencyKey: key,
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
    }),
    logger: withFields(logger, fields),
  };
}

/** The context of one try at one delivery; `last` becomes what the sink's last call was. */
export function sinkContext(
  row: LedgerRow,
  { sink, settings, mapped }: Pick<Prepared, 'sink' | 'settings' | 'mapped'>,
  last: LastCall,
  workshop: Workshop,
): SinkContext<Record<string, unknown>> {
  const { steps, links } = workshop;
  const done: Record<string, unknown> = { ...row.steps };
  const calling = { row, sink, settings, idempotencyKey: keyOf(row), last, fields: fieldsOf(row) };
  const { config, idempotencyKey, signal, http, logger } = callContext(calling, workshop);
  return {
    config,
    idempotencyKey,
    signal,
    http,
    logger,
    mapped,
    link(kind) {
      const { integrationId, orderingKey } = row;
      const place = { integrationId, orderingKey, kind };
      return { get: () => links.get(place), keep: (id) => links.keep(row, place, id) };
    },
    async step<T>(given: string, fn: () => Promise<T | DeliveryOutcome>): Promise<T | DeliveryOutcome> {
      const name = storableText(given);
      if (Object.hasOwn(done, name)) return done[name] as T;
      const result = await fn();
      if (isOutcome(result)) return result;
      // What a later attempt will read is what this one goes on with: JSON, no undefined, no dates, no NUL.
      const stored = result === undefined ? null : (JSON.parse(storableJson(result)) as T);
      await steps.store(row, name, stored);
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
