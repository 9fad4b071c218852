// What a sink is given: the event, and the context of one delivery, of a check or of a batch.
import type { Enrichment, EventDefinition, Logger } from '@switchboard/contracts';
import type { HttpReply, HttpRequest } from '@switchboard/egress';
import type { DataFor, Needs } from './needs.ts';
import type { DeliveryOutcome } from './outcome.ts';

/**
 * An event as a sink gets it. A field of `data` that does not match its schema is left out. What the sink `needs` is
 * present.
 */
export interface SinkEvent<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Wanted = Needs<Events>,
> {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  /** The sender's timestamp, if there is one. */
  readonly time?: string;
  readonly acceptedAt: Date;
  readonly data: DataFor<Events[number], Wanted>;
  /** Fields of `data` that were left out because they do not match their schema. */
  readonly leftOut: readonly string[];
  /** Any part may be missing, and no sink may depend on one. */
  readonly enrichment: Partial<Enrichment>;
}

/** What a sink works with. It opens no connection, reads no environment variable and never sleeps. */
export interface SinkContext<Config = unknown> {
  /** The integration's validated settings, with its secrets. */
  readonly config: Config;
  readonly http: SinkHttp;
  /** Further fields that the tenant wants filled, by their names on the other side. A field without a value is absent. */
  readonly mapped: Readonly<Record<string, string | number | boolean>>;
  /**
   * The same for every attempt at this event and integration, until a person replays the delivery by force: then it is a new
   * one. Each write sends a key derived from it as `Idempotency-Key`. A GET sends none.
   */
  readonly idempotencyKey: string;
  /** Aborted when the service must stop. `http` already uses it. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /**
   * Runs `fn` once for this delivery: its result (plain JSON) is stored before it is returned, and a later attempt gets the
   * stored result without running `fn`. An outcome is returned and not stored, so that a later attempt runs the step again.
   * A delivery with several writes makes each in its own step. Steps that run at the same time must use the `http` that
   * each is given: a write with the context's `http` belongs to none of them, and throws RangeError.
   */
  step<T>(name: string, fn: (http: SinkHttp) => Promise<T | DeliveryOutcome>): Promise<T | DeliveryOutcome>;
  /**
   * The id on the other side of something that belongs to the ordering key, for example the conversation's ticket. It is
   * remembered for later deliveries of the integration, until it was neither read nor written for 90 days. Read and write it
   * in the step that creates the object. Otherwise a repeat would take the object of its own event for an earlier one.
   */
  link(kind: string): Link;
}

/** The id that is remembered for a kind, an ordering key and an integration. */
export interface Link {
  /** Undefined until an id was kept. */
  get(): Promise<string | undefined>;
  /** Resolves when the id is stored. It replaces the one before. */
  keep(id: string): Promise<void>;
}

/** The context of `check` and `prepare`, which have no event. */
export type CheckContext<Config = unknown> = Pick<
  SinkContext<Config>,
  'config' | 'http' | 'signal' | 'logger'
>;

/** One event of a batch, with what belongs to its own delivery. */
export interface BatchEntry<
  Events extends readonly EventDefinition[] = readonly EventDefinition[],
  Wanted = Needs<Events>,
> {
  readonly event: SinkEvent<Events, Wanted>;
  readonly mapped: SinkContext['mapped'];
  /** The same for every attempt at this event and integration, in any batch, until a forced replay. */
  readonly idempotencyKey: string;
}

/** The context of a batch. Its idempotency key stays the same as long as its members do. */
export type BatchContext<Config = unknown> = Pick<
  SinkContext<Config>,
  'config' | 'http' | 'idempotencyKey' | 'signal' | 'logger'
>;

/** One call of a sink. `endpoint` is its name in metrics, after the sink's name: one of few, without ids. */
export type SinkCall = Omit<HttpRequest, 'method' | 'url' | 'endpoint' | 'signal'> & {
  readonly endpoint?: string;
};

/**
 * The HTTP of one delivery. It adds credentials and idempotency keys. A call returns the answer whatever its status, and
 * throws EgressError when there is no complete answer. An answer of more than 64 KiB has an empty body; for a GET with a 2xx
 * it throws. Redirects are never followed.
 */
export type SinkHttp = {
  readonly [Method in 'get' | 'post' | 'put' | 'patch' | 'delete']: (
    url: string,
    call?: SinkCall,
  ) => Promise<HttpReply>;
};
