// Deliveries that are disturbed in a planned way: repeated, answered with an error, cut off by a crash or a stop. Each has
// an integration, a tenant and a stand-in of its own.
import { type EventDefinition, markedFields } from '@switchboard/contracts';
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { echoing } from './answer-cases.ts';
import { type AnswerOverride, type StandIn, startStandIn } from './stand-in.ts';
import type { SinkUnderTest } from './trial.ts';
import type { CallSequence } from './trials.ts';

/** What happens to a delivery; `nth` is the call during which it happens (the first is 1). */
export type Disturbance =
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'error-answer'; readonly status: number }
  /** The process dies after the call had its effect and before its answer. */
  | { readonly kind: 'crash'; readonly nth: number }
  /** The service stops while the call waits for its answer. */
  | { readonly kind: 'stop-during-call'; readonly nth: number }
  /** The service stops while the call is in flight, and then the call succeeds. */
  | { readonly kind: 'stop-after-call'; readonly nth: number };

/** A delivery with its disturbance. */
export interface Scenario {
  /** The id of its event, its integration and its tenant. */
  readonly id: string;
  readonly event: EventDefinition;
  readonly disturbance: Disturbance;
  readonly standIn: StandIn;
  /** Milliseconds between the abort of its signal and its end; set when it has ended. */
  endedMs?: number;
}

/** Statuses whose answers may quote secrets. */
const ERROR_STATUSES = [400, 401, 503];
/** No second attempt, and no timeout before the scenario ends. */
const DELIVERY = { retry: { attempts: 1 }, timeout_seconds: 60 };

/** Makes every scenario that fits the sink. `releaseCalls` lets the calls of `stop-after-call` get their answers. */
export async function makeScenarios(
  { vendor }: SinkUnderTest,
  events: readonly EventDefinition[],
  sequences: readonly CallSequence[],
): Promise<{ readonly scenarios: readonly Scenario[]; releaseCalls(): void }> {
  let releaseCalls = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    releaseCalls = resolve;
  });
  const planned = [
    ...events.map((event) => [event, { kind: 'duplicate' }] as const),
    ...sequences
      .slice(0, 1)
      .flatMap(({ event }) =>
        ERROR_STATUSES.map((status) => [event, { kind: 'error-answer', status }] as const),
      ),
    ...sequences.flatMap(({ event, calls }) =>
      calls.flatMap((_call, index) => [
        [event, { kind: 'crash', nth: index + 1 }] as const,
        [event, { kind: 'stop-during-call', nth: index + 1 }] as const,
        ...(index + 1 < calls.length ? [[event, { kind: 'stop-after-call', nth: index + 1 }] as const] : []),
      ]),
    ),
  ];
  const scenarios = await Promise.all(
    planned.map(async ([event, disturbance], index) => ({
      id: `${disturbance.kind}-${index}`,
      event,
      disturbance,
      standIn: await startStandIn(vendor, overrideOf(disturbance, released)),
    })),
  );
  return { scenarios, releaseCalls };
}

function overrideOf(disturbance: Disturbance, released: Promise<void>): AnswerOverride {
  return (request, n, answer) => {
    if (disturbance.kind === 'duplicate') return undefined;
    if (disturbance.kind === 'error-answer') return echoing(disturbance.status)(request);
    if (n !== disturbance.nth) return undefined;
    if (disturbance.kind === 'stop-during-call') return { fault: 'hang' };
    const answered = answer();
    return disturbance.kind === 'stop-after-call' ? released.then(() => answered) : { fault: 'hang' };
  };
}

/** Adds the integration of each scenario. */
export async function addIntegrations(
  { sink, vendor }: SinkUnderTest,
  db: Database,
  scenarios: readonly Scenario[],
) {
  const secret = new Set(markedFields(sink.config, 'secret'));
  for (const { id, standIn } of scenarios) {
    const settings = Object.entries(vendor.config(standIn.url));
    await addIntegration(db, id, {
      sink: sink.name,
      tenant: id,
      config: Object.fromEntries(settings.filter(([name]) => !secret.has(name))),
      secrets: Object.fromEntries(
        settings
          .filter(([name]) => secret.has(name))
          .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
      ),
      delivery: DELIVERY,
    });
  }
}

/** The scenario's event as it comes from Kafka. */
export function recordOf({ id, event }: Scenario): ReturnType<typeof record> {
  return record(id, { tenant: id, type: event.type, data: event.example });
}

/** The same sink; sets `endedMs` of scenarios. Its batches do not wait for more events. */
export function timed(sink: Sink, scenarios: readonly Scenario[]): Sink {
  const { batch } = sink;
  // All deliveries of a process share one signal.
  const abortedAt = new Map<AbortSignal, number | undefined>();
  const listen = (signal: AbortSignal) => {
    if (abortedAt.has(signal)) return;
    abortedAt.set(signal, undefined);
    signal.addEventListener('abort', () => abortedAt.set(signal, performance.now()));
  };
  const timing = async <T>(ids: readonly string[], signal: AbortSignal, deliver: () => Promise<T>) => {
    listen(signal);
    try {
      return await deliver();
    } finally {
      const aborted = abortedAt.get(signal);
      for (const scenario of scenarios) {
        if (aborted !== undefined && ids.includes(scenario.id))
          scenario.endedMs = performance.now() - aborted;
      }
    }
  };
  return {
    ...sink,
    deliver: (event, ctx) => timing([event.id], ctx.signal, () => sink.deliver(event, ctx)),
    ...(batch === undefined
      ? {}
      : {
          batch: {
            size: batch.size,
            waitSeconds: 0,
            deliver: (entries, ctx) =>
              timing(
                entries.map(({ event }) => event.id),
                ctx.signal,
                () => batch.deliver(entries, ctx),
              ),
          },
        }),
  };
}
