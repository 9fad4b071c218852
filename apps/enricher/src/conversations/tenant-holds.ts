// Holds the calls of a tenant after a 429 until its time is over, and no other tenant's.
import { type HttpReply, retryAfter } from '@switchboard/egress';

const DEFAULT_SECONDS = 1;
const LONGEST_SECONDS = 60 * 60;

/** Milliseconds a 429 holds its tenant: as `Retry-After` asks; a second when it says nothing, an hour at most. */
export function holdMs(reply: Pick<HttpReply, 'headers'>, now: number): number {
  return Math.min(retryAfter(reply, now) ?? DEFAULT_SECONDS, LONGEST_SECONDS) * 1000;
}

export class TenantHolds {
  readonly #until = new Map<string, number>();

  /** Nobody calls for `tenantId` before `until`; a hold is never shortened. */
  hold(tenantId: string, until: number): void {
    this.#until.set(tenantId, Math.max(until, this.#until.get(tenantId) ?? 0));
  }

  /** Milliseconds to wait before a call; 0 when free. */
  waitMs(tenantId: string, now: number): number {
    const until = this.#until.get(tenantId);
    if (until === undefined) return 0;
    if (until > now) return until - now;
    this.#until.delete(tenantId);
    return 0;
  }
}
