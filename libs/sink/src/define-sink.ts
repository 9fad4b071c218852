// A sink is a value: what it accepts, how it is configured and how it delivers.
import type { EventDefinition } from '@switchboard/contracts';
import type { z } from 'zod';
import type { Auth } from './auth/auth.ts';
import type { BatchContext, BatchEntry, CheckContext, SinkContext, SinkEvent } from './context.ts';
import { impossibleNeeds, type Needs } from './needs.ts';
import { BatchMismatchError, type DeliveryOutcome, isOutcome } from './outcome.ts';

/**
 * What prevents a repeated call from having its effect twice: the other side updates the same object (`upsert`), stores our
 * id (`external-id`), understands `Idempotency-Key` (`key-header`), or nothing prevents it (`none`).
 */
export type Idempotency = 'upsert' | 'external-id' | 'key-header' | 'none';

/** How several events go out in one call. They have the same type and different ordering keys. */
export interface Batch<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Config extends z.ZodObject = z.ZodObject,
  Wanted = Needs<Events>,
> {
  /** Maximum number of events in a call, up to 256. Rate limits count calls. */
  readonly size: number;
  /** How long an event waits for others, in seconds, at most 60. */
  readonly waitSeconds: number;
  /**
   * Delivers up to `size` events. Returns one outcome for all of them, or one for each in their order. With one for all, a
   * batch that is retried keeps its members and its key, and a batch that is rejected is tried again event by event.
   */
  deliver(
    entries: readonly BatchEntry<Events, Wanted>[],
    ctx: BatchContext<z.output<Config>>,
  ): Promise<DeliveryOutcome | readonly DeliveryOutcome[]>;
}

/** How mature a sink is: `experimental` may change, `beta` is complete, `stable` has run in production for long. */
export type Stability = 'experimental' | 'beta' | 'stable';

/** Default limits for the calls of one integration. */
export interface SinkLimits {
  readonly perSecond?: number;
  readonly concurrency?: number;
}

/** A sink. Its functions are methods so that a sink of certain events and settings is also a plain `Sink`. */
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
   * Required fields, by event type: an event without them is rejected before the sink runs. All other fields are optional,
   * so that one invalid field does not cost the whole event.
   */
  readonly needs?: Wanted;
  /** Settings of an integration. `.meta({ secret: true })` marks fields that are stored encrypted. */
  readonly config: Config;
  readonly idempotency: Idempotency;
  /** How calls get their credentials: `bearer`, `basic`, `apiKey`, `hmac`, `standardWebhooks`, `oauth2`. */
  readonly auth?: Auth<z.output<Config>>;
  /** What the other side is known to accept. An integration can override it. */
  readonly limits?: SinkLimits;
  /**
   * Checks whether the integration is usable, without an effect: `delivered` when it is, else what is wrong. Only people
   * start it; deliveries do not wait for it.
   */
  check?(ctx: CheckContext<z.output<Config>>): Promise<DeliveryOutcome>;
  /**
   * Creates what deliveries need on the other side, such as custom fields, and leaves existing objects as they are.
   * `delivered` with what was created as the reference, else what is wrong. Only people start it.
   */
  prepare?(ctx: CheckContext<z.output<Config>>): Promise<DeliveryOutcome>;
  deliver(event: SinkEvent<Events, Wanted>, ctx: SinkContext<z.output<Config>>): Promise<DeliveryOutcome>;
  /** Present when the other side accepts several events in one call. */
  readonly batch?: Batch<Events, Config, Wanted>;
}

/** A declaration has `deliver` for single events, or `batch`. */
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
 * Declares a sink. Throws RangeError for an invalid name, for needs that no event can meet, and for an invalid batch.
 */
export function defineSink<
  const Events extends readonly EventDefinition[],
  Config extends z.ZodObject,
  const Wanted extends Needs<Events> = Record<never, never>,
>(sink: SinkDeclaration<Events, Config, Wanted>): Sink<Events, Config, Wanted> {
  if (!/^[a-z][a-z0-9-]{1,39}$/.test(sink.name)) {
    throw new RangeError(
      `defining a sink: the name "${sink.name}" is invalid; use 2 to 40 lower-case letters, digits and hyphens`,
    );
  }
  if (sink.accepts.length === 0) throw new RangeError(`defining the sink ${sink.name}: it accepts no event`);
  const [impossible] = impossibleNeeds(sink.accepts, sink.needs ?? {});
  if (impossible !== undefined) throw new RangeError(`defining the sink ${sink.name}: ${impossible}`);
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
  return { ...sink, deliver: deliverOne(sink.batch) };
}

/** Tests, dry runs and previews deliver a batch of one event. */
function deliverOne<
  Events extends readonly EventDefinition[],
  Config extends z.ZodObject,
  Wanted extends Needs<Events>,
>(batch: Batch<Events, Config, Wanted>): Sink<Events, Config, Wanted>['deliver'] {
  return async (event, { config, http, idempotencyKey, mapped, signal, logger }) => {
    const answer = await batch.deliver([{ event, mapped, idempotencyKey }], {
      config,
      http,
      idempotencyKey,
      signal,
      logger,
    });
    if (isOutcome(answer)) return answer;
    const [outcome] = answer;
    if (outcome === undefined || answer.length > 1) throw new BatchMismatchError(1, answer.length);
    return outcome;
  };
}
