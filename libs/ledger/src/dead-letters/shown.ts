// What can be known about one dead letter.
import type { DeadLetter } from './search.ts';

/** A call that was made for a delivery. */
export interface ShownCall {
  readonly number: number;
  readonly at: Date;
  readonly latencyMs: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly reason: string | null;
  readonly method: string | null;
  readonly host: string | null;
  readonly path: string | null;
  /** Its beginning, secrets masked; it may quote the body, so it comes with the body. */
  readonly answer?: string | null;
}

/** What was done about it. */
export interface Settled {
  readonly state: 'dead' | 'replayed' | 'discarded';
  readonly at: Date | null;
  readonly actor: string | null;
  /** Why it was discarded. */
  readonly why: string | null;
}

interface Shown extends DeadLetter {
  readonly settled: Settled;
  /** A replay uses another body than its own. */
  readonly edited: boolean;
  /** The bytes that a replay uses; null when there are none. Only when asked for. */
  readonly body?: Buffer | null;
}

/** A row of the ledger as it is now. */
export interface ShownRow {
  readonly state: 'waiting' | 'delivered' | 'skipped' | 'dead';
  readonly orderingKey: string;
  readonly acceptedAt: Date;
  readonly reason: string | null;
  readonly reference: string | null;
}

/** A delivery of the ledger. */
export interface ShownDelivery extends Shown {
  readonly kind: 'delivery';
  /** Null when the ledger has forgotten it. */
  readonly row: ShownRow | null;
  readonly calls: readonly ShownCall[];
}

/** A record of the dead-letter topic. */
export interface ShownRecord extends Shown {
  readonly kind: 'record';
  readonly group: string | null;
  readonly origin: {
    /** The topic's name on the broker. */
    readonly topic: string | null;
    readonly partition: number | null;
    readonly offset: number | null;
  };
  /** Milliseconds since the epoch, as the record carries it. */
  readonly timestampMs: number;
  /** Bytes of the value that a replay uses; null without one. */
  readonly bytes: number | null;
  /** Headers of the event; all that there are when the body is asked for. */
  readonly headers: Readonly<Record<string, string>>;
}
