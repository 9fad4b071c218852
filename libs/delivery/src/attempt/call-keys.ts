// The idempotency keys of one delivery's calls: each write has its own, the same in every attempt. Other sides that know
// such keys refuse one that comes with two bodies, or answer the second call with what they answered to the first.
import { hash } from 'node:crypto';

/** Where the first write of a delivery was made; null where that cannot be known any more. */
export type FirstWrite = readonly [step: string, endpoint: string] | null;

/**
 * Gives keys to the writes of one attempt. The first write of the delivery has the delivery's own key, every other one a
 * key made of that, its step, its endpoint and how many writes were made there before it.
 */
export class CallKeys {
  private readonly counts = new Map<string, number>();

  constructor(
    private readonly delivery: string,
    /** As earlier attempts know it; undefined while no write was made. */
    private first?: FirstWrite | undefined,
  ) {}

  /** Undefined while nobody has made a write. */
  get firstWrite(): FirstWrite | undefined {
    return this.first;
  }

  /** The delivery's own key may have been used by a write that nobody knows of: no other one gets it. */
  close(): void {
    this.first ??= null;
  }

  /** The key of the next write at an endpoint, in a step or, with an empty name, outside of steps. */
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
