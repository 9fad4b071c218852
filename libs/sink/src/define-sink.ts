// The sink author's side: a sink is a value that says what it accepts, how it is configured and how it delivers.
import type { Enrichment, EventDefinition, Logger } from '@switchboard/contracts';
import type { z } from 'zod';
import type { Auth } from './auth/auth.ts';
import { BatchMismatchError } from './batch-mismatch.ts';
import { type DataFor, type Needs, needlessNeeds } from './needs.ts';
import { type DeliveryOutcome, isOutcome } from './outcome.ts';
import type { SinkHttp } from './sink-http.ts';

/**
 * What keeps a repeated call from doubling its effect: the other side updates the same object (`upsert`), keeps our id
 * (`external-id`), knows our `Idempotency-Key` (`key-header`), or nothing does (`none`).
 */
export type Idempotency = 'upsert' | 'external-id' | 'key-header' | 'none';

/**
 * An event as a sink gets it. Each field of `data` has passed its own schema: one that did not is left out. What the sink
 * `needs` is there.
 */
export interface SinkEvent<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Wanted = Needs<Events>,
> {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  /** The sender's timestamp, where it gave one. */
  readonly time?: string;
  readonly acceptedAt: Date;
  readonly data: DataFor<Events[number], Wanted>;
  /** Fields of `data` that were sent and left out, because they do not fit their schema. */
  readonly leftOut: readonly string[];
  /** The parts that are there: sinks work without any. */
  readonly enrichment: Partial<Enrichment>;
}

/** What a sink is given to work with; it opens no connection, reads no environment and never sleeps. */
export interface SinkContext<Config = unknown> {
  /** The integration's settings, checked, with its secrets. */
  readonly config: Config;
  readonly http: SinkHttp;
  /** Further fields the tenant wants filled, by their names on the other side; what the event lacks is absent. */
  readonly mapped: Readonly<Record<string, string | number | boolean>>;
  /**
   * The same for every attempt at this event and integration. Writes carry it, or what is made of it, as
   * `Idempotency-Key`: a key per write, the same in every attempt; look-ups (GET) carry none.
   */
  readonly idempotencyKey: string;
  /** Aborted when the service must stop; `http` obeys it by itself. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /**
   * Runs `fn` once for this delivery: its result (plain JSON) is stored before it is returned, and a later attempt gets
   * it back without running `fn`. An outcome is not stored: it is handed on, so that a refusal can be tried again. A
   * delivery of several writes makes each in a step of its own. Steps that run side by side call with the `http` they are
   * given; with that of the context nobody knows which of them a write is of, and it throws RangeError.
   */
  step<T>(name: string, fn: (http: SinkHttp) => Promise<T | DeliveryOutcome>): Promise<T | DeliveryOutcome>;
  /**
   * The id that the other side has given to something of this kind for the same ordering key (this conversation's
   * ticket, its thread), remembered over deliveries of this integration until nobody has read or kept it for 90 days.
   * Read and kept inside the step that makes the thing: a repeat would else take what its own event has made for an earlier one.
   */
  link(kind: string): Link;
}

/** What is remembered under a kind for one ordering key and integration. */
export interface Link {
  /** Undefined until it was kept. */
  get(): Promise<string | undefined>;
  /** Resolves when it is stored; a later one replaces it. */
  keep(id: string): Promise<void>;
}

/** What `check` and `prepare` are given: there is no event. */
export type CheckContext<Config = unknown> = Pick<
  SinkContext<Config>,
  'config' | 'http' | 'signal' | 'logger'
>;

/** One event of a batch, with what a single delivery would have for it. */
export interface BatchEntry<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Wanted = Needs<Events>,
> {
  readonly event: SinkEvent<Events, Wanted>;
  readonly mapped: SinkContext['mapped'];
  /** The same for every attempt at this event and integration, in whatever batch. */
  readonly idempotencyKey: string;
}

/** What a batch is delivered with; its idempotency key is the same for as long as its members are. */
export type BatchContext<Config = unknown> = Pick<
  SinkContext<Config>,
  'config' | 'http' | 'idempotencyKey' | 'signal' | 'logger'
>;

/** How events go out many in one call: of one type, and never two of the same ordering key. */
export interface Batch<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Config extends z.ZodObject = z.ZodObject,
  Wanted = Needs<Events>,
> {
  /** Events in one call at most, up to 256. Limits count calls. */
  readonly size: number;
  /** How long an event waits for others, in seconds, at most 60. */
  readonly waitSeconds: number;
  /**
   * Delivers up to `size` events. One outcome is that of all: a batch that is to be tried again keeps its members and its
   * key, and one that is refused is tried again event by event. Else one outcome for each, in their order.
   */
  deliver(
    entries: readonly BatchEntry<Events, Wanted>[],
    ctx: BatchContext<z.output<Config>>,
  ): Promise<DeliveryOutcome | readonly DeliveryOutcome[]>;
}

/** How far a sink has come: `experimental` may change, `beta` is complete, `stable` has been run for long. */
export type Stability = 'experimental' | 'beta' | 'stable';

/** How much one integration of a sink may be called unless it says otherwise. */
export interface SinkLimits {
  readonly perSecond?: number;
  readonly concurrency?: number;
}

/** A sink. Method syntax on purpose: a sink of certain events and settings is a `Sink`. */
export interface Sink<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Config extends z.ZodObject = z.ZodObject,
  Wanted extends Needs<Events> = Needs<Events>,
> {
  /** Lower-case, unique among all sinks; integrations name it. */
  readonly name: string;
  /** Default: `beta`. */
  readonly stability?: Stability;
  readonly accepts: Events;
  /**
   * What it cannot do without, by event type: an event that lacks it is rejected before the sink runs. Everything else is
   * read leniently, for one odd field must not cost the rest of an event.
   */
  readonly needs?: Wanted;
  /** Settings of an integration; `.meta({ secret: true })` marks what is stored encrypted. */
  readonly config: Config;
  readonly idempotency: Idempotency;
  /** How calls get their credentials: `bearer`, `basic`, `apiKey`, `hmac`, `standardWebhooks`, `oauth2`. */
  readonly auth?: Auth<z.output<Config>>;
  /** What the other side is known to take; an integration may say otherwise. */
  readonly limits?: SinkLimits;
  /**
   * Is this integration usable? A call without effect: `delivered` when it is, else what is wrong. People ask by a
   * button; deliveries do not wait for it.
   */
  check?(ctx: CheckContext<z.output<Config>>): Promise<DeliveryOutcome>;
  /**
   * Makes on the other side what deliveries need there and `check` finds missing, such as custom fields; what is there
   * stays as it is. `delivered`, with what was made as the reference, else what is wrong. Only people ask for it.
   */
  prepare?(ctx: CheckContext<z.output<Config>>): Promise<DeliveryOutcome>;
  deliver(event: SinkEvent<Events, Wanted>, ctx: SinkContext<z.output<Config>>): Promise<DeliveryOutcome>;
  /** Where the other side takes many at once. */
  readonly batch?: Batch<Events, Config, Wanted>;
}

/** What is declared: how one event is delivered, or how many are. */
export type SinkDeclaration<
  Events extends readonly EventDefinition[],
  Config extends z.ZodObject,
  Wanted extends Needs<Events>,
> =
  | (Sink<Events, Config, Wanted> & { readonly batch?: never })
  | (Omit<Sink<Events, Config, Wanted>, 'deliver' | 'batch'> & {
      readonly batch: Batch<Events, Config, Wanted>;
      readonly deliver?: never;
    });

const MAX_BATCH = 256;
const MAX_WAIT_SECONDS = 60;

/**
 * Declares a sink. Throws a RangeError for a name no topic, group or table could carry, for needs that no event can meet,
 * and for an impossible batch.
 */
export function defineSink<
  const Events extends readonly EventDefinition[],
  Config extends z.ZodObject,
  const Wanted extends Needs<Events> = Record<never, never>,
>(sink: SinkDeclaration<Events, Config, Wanted>): Sink<Events, Config, Wanted> {
  if (!/^[a-z][a-z0-9-]{1,39}$/.test(sink.name)) {
    throw new RangeError(
      `defining a sink: "${sink.name}" is no name of lower-case letters, digits and hyphens`,
    );
  }
  if (sink.accepts.length === 0) throw new RangeError(`defining the sink ${sink.name}: it accepts no event`);
  const [needless] = needlessNeeds(sink.accepts, sink.needs ?? {});
  if (needless !== undefined) throw new RangeError(`defining the sink ${sink.name}: ${needless}`);
  if (sink.batch === undefined) return sink;
  const { size, waitSeconds } = sink.batch;
  if (!Number.isInteger(size) || size < 1 || size > MAX_BATCH) {
    throw new RangeError(`defining the sink ${sink.name}: a batch has 1 to ${MAX_BATCH} events, not ${size}`);
  }
  if (!(waitSeconds >= 0 && waitSeconds <= MAX_WAIT_SECONDS)) {
    throw new RangeError(
      `defining the sink ${sink.name}: a batch waits 0 to ${MAX_WAIT_SECONDS} s, not ${waitSeconds}`,
    );
  }
  return { ...sink, deliver: alone(sink.batch) };
}

/** Tests, dry runs and previews have one event: a batch of it. */
function alone<
  Events extends readonly EventDefinition[],
  Config extends z.ZodObject,
  Wanted extends Needs<Events>,
>(batch: Batch<Events, Config, Wanted>): Sink<Events, Config, Wanted>['deliver'] {
  return async (event, { config, http, idempotencyKey, mapped, signal, logger }) => {
    const said = await batch.deliver([{ event, mapped, idempotencyKey }], {
      config,
      http,
      idempotencyKey,
      signal,
      logger,
    });
    if (isOutcome(said)) return said;
    const [outcome] = said;
    if (outcome === undefined || said.length > 1) throw new BatchMismatchError(1, said.length);
    return outcome;
  };
}
