// What the author of a sink tells the conformance suite about the other side; everything else is the suite's.
import type { DeliveryOutcome } from '@switchboard/sink';
import type { StubAnswer, StubRequest } from '@switchboard/testing';

/** Why no whole answer comes. */
export type Trouble = 'refused' | 'reset' | 'timeout' | 'slow-body' | 'half-closed';

/** What an answer stands for; a function where it depends on the call that is answered. */
export type Meaning = DeliveryOutcome['kind'] | ((request: StubRequest) => DeliveryOutcome['kind']);

/**
 * The store of a stand-in. Keeps an object under a key of the vendor's own choosing, which is how it would know it again:
 * an email, our idempotency key. Without a key each call makes a new object. Answers the object's id.
 */
export type Keep = (key?: string) => string;

/** Whether the store of a stand-in has an object under a key. */
export type Has = (key: string) => boolean;

/** A vendor, as the sink under test sees it. */
export interface Vendor {
  /** Settings of an integration whose other side is at `url` (no slash at its end), with a value for every secret. */
  readonly config: (url: string) => Readonly<Record<string, unknown>>;
  /** How it answers when all is well; what it makes it keeps. */
  readonly answer: (request: StubRequest, keep: Keep, has: Has) => StubAnswer;
  /** Answers with a 2xx that are no success; an empty list says that there are none. */
  readonly notOk: readonly { readonly answer: StubAnswer; readonly means: Meaning }[];
  /** Where a status, or no answer, means something else than the default table says. */
  readonly answers?: Readonly<Partial<Record<number | Trouble, Meaning>>>;
  /** For a sink that delivers batches: the answer to one whose nth event (the first being 0) is at fault, and no other. */
  readonly refuseOne?: (request: StubRequest, nth: number) => StubAnswer;
  /**
   * Calls whose effect a crash may double although the sink says otherwise of itself. A gap that is known and told: the
   * suite fails when there is none.
   */
  readonly doubles?: (request: StubRequest) => boolean;
}
