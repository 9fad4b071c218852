// One delivery by hand, for the spec of a sink: real HTTP and the runtime's own way of trying, without Kafka or ledger.
import {
  deliverySettings,
  type Enrichment,
  type EventDefinition,
  type Mapping,
  markedTexts,
} from '@switchboard/contracts';
import { TokenKeeper } from './auth/token-keeper.ts';
import { masksOf } from './intake/masks.ts';
import { attempt, type Workshop } from './delivery/attempt.ts';
import { attemptAll } from './delivery/attempt-batch.ts';
import type { Sink } from './author/define-sink.ts';
import { faults } from './author/sink-event.ts';
import type { LedgerRow } from './ledger/row.ts';
import { loopback, outgoingHttp } from './outgoing-http.ts';
import type { Tried } from './delivery/verdict.ts';

/** What is delivered, and how far an earlier attempt had come. */
export interface Trial {
  readonly event: EventDefinition;
  /** The event's data; its example when absent. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly enrichment?: Partial<Enrichment>;
  readonly time?: string;
  readonly acceptedAt?: Date;
  /** Settings with secrets, as the sink's schema takes them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly mapping?: Mapping;
  readonly steps?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

/** How a try ended, and the steps that are done. */
export type TriedOnce = Tried & { readonly steps: Record<string, unknown> };

/** Tries once. */
export async function tryOnce(sink: Sink, trial: Trial): Promise<TriedOnce> {
  const [tried] = await tryRows(sink, trial, 1, async ([row], workshop) => [
    await attempt(row as LedgerRow, workshop),
  ]);
  return tried as TriedOnce;
}

/** Tries so many events in one batch; they differ in nothing but their ids. One result for each, in their order. */
export function tryTogether(sink: Sink, trial: Trial, count: number): Promise<TriedOnce[]> {
  return tryRows(sink, trial, count, attemptAll);
}

async function tryRows(
  sink: Sink,
  trial: Trial,
  count: number,
  attempting: (rows: readonly LedgerRow[], workshop: Workshop) => Promise<readonly (Tried | 'lost')[]>,
): Promise<TriedOnce[]> {
  const { event, enrichment, time = null, timeoutMs } = trial;
  const data = trial.data ?? event.example;
  const done = new Map(Array.from({ length: count }, (_, i) => [i + 1, { ...trial.steps }]));
  const config = sink.config.safeParse(trial.config);
  const http = outgoingHttp(loopback, timeoutMs === undefined ? {} : { timeoutMs });
  const links = new Map<string, string>();
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
    attempts: 0,
    steps,
    body: Buffer.from(JSON.stringify({ event: event.type, data, enrichment })),
  }));
  try {
    const tries = await attempting(rows, {
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
                mask: masksOf(markedTexts(sink.config, 'secret', trial.config)),
              }
            : { ok: false, reason: faults(config.error) },
      },
      http,
      steps: {
        store: async ({ id }, name, result) => {
          Object.assign(done.get(id) ?? {}, { [name]: result });
        },
      },
      links: {
        get: async ({ kind }) => links.get(kind),
        keep: async ({ kind }, id) => void links.set(kind, id),
      },
      tokens: new TokenKeeper({ load: async () => undefined, store: async () => undefined }, http),
      logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      signal: new AbortController().signal,
      stopping: () => false,
    });
    return tries.map((tried, i) => {
      if (tried === 'lost') throw new RangeError('trying a sink: no other process can have taken the trial');
      return { ...tried, steps: done.get(i + 1) ?? {} };
    });
  } finally {
    await http.close();
  }
}
