// What the author of a sink tells the conformance suite about the vendor. The suite does everything else.
import type { DeliveryOutcome } from '@switchboard/sink';
import type { StubAnswer, StubRequest } from '@switchboard/testing';

/** Ways in which a call gets no complete answer. */
export type ConnectionFault = 'refused' | 'reset' | 'timeout' | 'slow-body' | 'half-closed';

/** The outcome that a sink must return for an answer; a function where it depends on the request. */
export type ExpectedOutcome = DeliveryOutcome['kind'] | ((request: StubRequest) => DeliveryOutcome['kind']);

/**
 * Stores an object in the stand-in and returns the object's id. The key is what the vendor recognises an object by, for
 * example an email or our idempotency key. Without a key, each call stores a new object.
 */
export type KeepObject = (key?: string) => string;

/** Whether the stand-in has an object under this key. */
export type HasObject = (key: string) => boolean;

/** A vendor as the sink under test sees it. */
export interface Vendor {
  /** Settings of an integration whose vendor is at `url` (no trailing slash), with a value for every secret. */
  readonly config: (url: string) => Readonly<Record<string, unknown>>;
  /** The answer when all is well. It stores what the request creates with `keep`. */
  readonly answer: (request: StubRequest, keep: KeepObject, has: HasObject) => StubAnswer;
  /** Answers with a 2xx status that report an error; an empty list when the vendor has none. */
  readonly errorsIn2xx: readonly { readonly answer: StubAnswer; readonly outcome: ExpectedOutcome }[];
  /** Outcomes by status or connection fault, where they differ from the default table. */
  readonly outcomes?: Readonly<Partial<Record<number | ConnectionFault, ExpectedOutcome>>>;
  /** For a sink with `batch`: the answer to a batch in which only the nth event is at fault (the first is 0). */
  readonly rejectInBatch?: (request: StubRequest, nth: number) => StubAnswer;
  /**
   * Calls whose effect may happen twice after a crash, although the sink's `idempotency` says otherwise: a known gap. The
   * suite fails when none of these effects happens twice.
   */
  readonly mayDuplicate?: (request: StubRequest) => boolean;
}
