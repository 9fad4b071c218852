// One attempt for the spec of a sink: real HTTP and the runtime's own code for attempts, without Kafka and ledger.
import {
  deliverySettings,
  type Enrichment,
  type EventDefinition,
  type Mapping,
  markedTexts,
  schemaFaults,
} from '@switchboard/contracts';
import type { LedgerRow } from '@switchboard/ledger';
import type { Sink } from '@switchboard/sink';
import { type AttemptDeps, attempt } from './attempt/attempt.ts';
import { attemptAll } from './attempt/attempt-batch.ts';
import type { AttemptResult } from './attempt/attempt-result.ts';
import { loopback, outgoingHttp } from './outgoing-http.ts';
import { cachedMask } from './secrecy/secret-mask.ts';
import { TokenKeeper } from './tokens/token-keeper.ts';
import { noTokenStore } from './tokens/token-store.ts';

/** What is delivered, and what earlier attempts and deliveries have stored. */
export interface Trial {
  readonly event: EventDefinition;
  /** The event's data; by default its example. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly enrichment?: Partial<Enrichment>;
  readonly time?: string;
  readonly acceptedAt?: Date;
  /** Settings with secrets, for the sink's schema. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly mapping?: Mapping;
  readonly steps?: Readonly<Record<string, unknown>>;
  /** Links that earlier deliveries of the conversation have stored, by kind. */
  readonly links?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** The result of the attempt, the steps that are done, and the stored links. */
export type TrialResult = AttemptResult & {
  readonly steps: Record<string, unknown>;
  readonly links: Record<string, string>;
};

/** Makes one attempt at one delivery. */
export async function tryOnce(sink: Sink, trial: Trial): Promise<TrialResult> {
  const [result] = await tryRows(sink, trial, 1, async ([row], deps) => [
    await attempt(row as LedgerRow, deps),
  ]);
  return result as TrialResult;
}

/**
 * Makes an attempt at `count` deliveries: in one batch where the sink takes batches, else one by one. They differ only in
 * their ids and conversations. One result for each, in their order.
 */
export function tryTogether(sink: Sink, trial: Trial, count: number): Promise<TrialResult[]> {
  return tryRows(sink, trial, count, attemptAll);
}

async function tryRows(
  sink: Sink,
  trial: Trial,
  count: number,
  makeAttempts: (
    rows: readonly LedgerRow[],
    deps: AttemptDeps,
  ) => Promise<readonly (AttemptResult | 'lost')[]>,
): Promise<TrialResult[]> {
  const { event, enrichment, time = null, timeoutMs } = trial;
  const data = trial.data ?? event.example;
  const done = new Map(Array.from({ length: count }, (_, i) => [i + 1, { ...trial.steps }]));
  const config = sink.config.safeParse(trial.config);
  const http = outgoingHttp(loopback, timeoutMs === undefined ? {} : { timeoutMs });
  const nothing = () => undefined;
  const rows = [...done].map(([id, steps]) => ({
    id,
    day: '1970-01-01',
    claim: 1,
    sink: sink.name,
    integrationId: 'trial',
    orderingKey: `trial-${id}`,
    eventId: `event-${id}`,
    tenantId: 'tenant',
    eventType: event.type,
    eventTime: time,
    acceptedAt: trial.acceptedAt ?? new Date('2026-01-02T03:04:05Z'),
    attemptsUsed: 0,
    attemptsMade: 0,
    steps,
    isNew: trial.steps === undefined,
    body: Buffer.from(JSON.stringify({ event: event.type, data, enrichment })),
  }));
  const linksByKey = new Map(
    rows.map(({ orderingKey }) => [orderingKey, new Map(Object.entries(trial.links ?? {}))]),
  );
  try {
    const results = await makeAttempts(rows, {
      sinks: new Map([[sink.name, sink]]),
      integrations: {
        of: async () =>
          config.success
            ? {
                ok: true,
                config: config.data,
                mapping: { ...trial.mapping },
                rules: [],
                delivery: deliverySettings.parse(
                  timeoutMs === undefined ? {} : { timeout_seconds: timeoutMs / 1000 },
                ),
                mask: cachedMask(markedTexts(sink.config, 'secret', trial.config)),
              }
            : { ok: false, reason: schemaFaults(config.error) },
      },
      http,
      steps: {
        store: async ({ id }, step) => {
          Object.assign(done.get(id) ?? {}, step);
        },
      },
      links: {
        get: async ({ orderingKey, kind }) => linksByKey.get(orderingKey)?.get(kind),
        keep: async (_row, { orderingKey, kind }, id) => void linksByKey.get(orderingKey)?.set(kind, id),
      },
      tokens: new TokenKeeper(noTokenStore, http),
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      signal: new AbortController().signal,
      callBarrier: () => undefined,
    });
    return results.map((result, i) => {
      if (result === 'lost')
        throw new RangeError('trying a sink: the trial was lost, but no other process can have it');
      const links = Object.fromEntries(linksByKey.get(`trial-${i + 1}`) ?? []);
      return { ...result, steps: done.get(i + 1) ?? {}, links };
    });
  } finally {
    await http.close();
  }
}
