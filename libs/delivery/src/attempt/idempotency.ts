// Idempotency keys: one per delivery, and one per write of a delivery, the same in every attempt. An API that knows such
// keys refuses a key that comes with two bodies, or answers the second call with its answer to the first.
import { hash } from 'node:crypto';
import { forcedCount, type LedgerRow } from '@switchboard/ledger';

/** The same for every attempt at one event for one integration, on any process, until a replay forces a new one. */
export function idempotencyKey(integrationId: string, eventId: string, forced?: number): string {
  const parts = forced === undefined ? [integrationId, eventId] : [integrationId, eventId, forced];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

/** The idempotency key of a delivery. */
export function deliveryKey({ integrationId, eventId, steps }: LedgerRow): string {
  return idempotencyKey(integrationId, eventId, forcedCount(steps));
}

/** The idempotency key of a batch. A batch of one has the key of its delivery. */
export function batchKey(rows: readonly LedgerRow[]): string {
  const keys = rows.map(deliveryKey);
  const [only] = keys;
  return keys.length === 1 && only !== undefined ? only : hash('sha256', JSON.stringify(keys), 'base64url');
}

/** Where the first write of a delivery was made; null when that is no longer known. */
export type FirstWrite = readonly [step: string, endpoint: string] | null;

/**
 * Gives keys to the writes of one attempt. The first write of the delivery has the delivery's own key. The key of any other
 * write is made from that key, its step, its endpoint and the number of writes before it there.
 */
export class CallKeys {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly delivery: string,
    /** From earlier attempts; undefined while no write was made. */
    private first?: FirstWrite | undefined,
  ) {}

  /** Undefined while no write was made. */
  get firstWrite(): FirstWrite | undefined {
    return this.first;
  }

  /** An unknown write of an earlier attempt may have used the delivery's own key: no write gets it any more. */
  close(): void {
    this.first ??= null;
  }

  /** The key of the next write at an endpoint. `step` is empty outside of steps. */
  next(step: string, endpoint: string): string {
    const place = JSON.stringify([step, endpoint]);
    const nth = (this.counts.get(place) ?? 0) + 1;
    this.counts.set(place, nth);
    if (this.first === undefined) this.first = [step, endpoint];
    const isFirst = nth === 1 && this.first !== null && this.first[0] === step && this.first[1] === endpoint;
    if (isFirst) return this.delivery;
    return hash('sha256', JSON.stringify([this.delivery, step, endpoint, nth]), 'base64url');
  }
}
