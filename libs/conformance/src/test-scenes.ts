// Deliveries whose fate is decided beforehand, each with an integration, a tenant and a stand-in to itself.
import { type EventDefinition, markedFields } from '@switchboard/contracts';
import { addIntegration, record } from '@switchboard/ledger/spec-kit';
import type { Database } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { quoting } from './answers.ts';
import { type Plant, type StandIn, standIn } from './test-stand-in.ts';
import type { Subject } from './trial.ts';
import type { Course } from './trials.ts';

/** What a delivery goes through; `nth` is a call of it, the first being 1. */
export type Fate =
  | { readonly kind: 'twice' }
  | { readonly kind: 'answered'; readonly status: number }
  /** The process dies when the call has its effect and no answer yet. */
  | { readonly kind: 'kill'; readonly nth: number }
  /** The service stops while the call gets no answer. */
  | { readonly kind: 'cut'; readonly nth: number }
  /** The service stops while the call is under way, which then ends well. */
  | { readonly kind: 'pause'; readonly nth: number };

/** A delivery and what became of it. */
export interface Scene {
  /** Of the event, the integration and the tenant. */
  readonly id: string;
  readonly event: EventDefinition;
  readonly fate: Fate;
  readonly there: StandIn;
  /** Milliseconds from the abort of its signal to its end. */
  endedMs?: number;
}

const SECRETS_MET = [400, 401, 503];
/** No second attempt, and no call that ends by itself before its time. */
const DELIVERY = { retry: { attempts: 1 }, timeout_seconds: 60 };

/** Every fate that deliveries of a sink can have; `goOn` ends what the calls of `pause` wait for. */
export async function stageScenes(
  { vendor }: Subject,
  events: readonly EventDefinition[],
  courses: readonly Course[],
): Promise<{ readonly scenes: readonly Scene[]; goOn(): void }> {
  let goOn = (): void => undefined;
  const going = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const fates = [
    ...events.map((event) => [event, { kind: 'twice' }] as const),
    ...courses
      .slice(0, 1)
      .flatMap(({ event }) => SECRETS_MET.map((status) => [event, { kind: 'answered', status }] as const)),
    ...courses.flatMap(({ event, calls }) =>
      calls.flatMap((_call, index) => [
        [event, { kind: 'kill', nth: index + 1 }] as const,
        [event, { kind: 'cut', nth: index + 1 }] as const,
        ...(index + 1 < calls.length ? [[event, { kind: 'pause', nth: index + 1 }] as const] : []),
      ]),
    ),
  ];
  const scenes = await Promise.all(
    fates.map(async ([event, fate], index) => ({
      id: `${fate.kind}-${index}`,
      event,
      fate,
      there: await standIn(vendor, plantOf(fate, going)),
    })),
  );
  return { scenes, goOn };
}

function plantOf(fate: Fate, going: Promise<void>): Plant {
  return (request, n, answer) => {
    if (fate.kind === 'twice') return undefined;
    if (fate.kind === 'answered') return quoting(fate.status)(request);
    if (n !== fate.nth) return undefined;
    if (fate.kind === 'cut') return { fault: 'hang' };
    const answered = answer();
    return fate.kind === 'pause' ? going.then(() => answered) : { fault: 'hang' };
  };
}

/** Adds the integration of each scene. */
export async function addIntegrations({ sink, vendor }: Subject, db: Database, scenes: readonly Scene[]) {
  const secret = new Set(markedFields(sink.config, 'secret'));
  for (const { id, there } of scenes) {
    const settings = Object.entries(vendor.config(there.url));
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

/** The scene's event as it comes from Kafka. */
export function recordOf({ id, event }: Scene): ReturnType<typeof record> {
  return record(id, { tenant: id, type: event.type, data: event.example });
}

/** The sink, with the time taken that its deliveries need to end once they must; batches wait for nobody. */
export function timed(sink: Sink, scenes: readonly Scene[]): Sink {
  const { batch } = sink;
  // Deliveries share the signal of their process.
  const heard = new Map<AbortSignal, number | undefined>();
  const hear = (signal: AbortSignal) => {
    if (heard.has(signal)) return;
    heard.set(signal, undefined);
    signal.addEventListener('abort', () => heard.set(signal, performance.now()));
  };
  const timing = async <T>(ids: readonly string[], signal: AbortSignal, deliver: () => Promise<T>) => {
    hear(signal);
    try {
      return await deliver();
    } finally {
      const abortedAt = heard.get(signal);
      for (const scene of scenes) {
        if (abortedAt !== undefined && ids.includes(scene.id)) scene.endedMs = performance.now() - abortedAt;
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
