// Holds the calls of one tenant after a 429 until its rate limit ends. Other tenants are not affected.
import { type HttpReply, retryAfter } from '@switchboard/egress';

const DEFAULT_SECONDS = 1;
const LONGEST_SECONDS = 60 * 60;

/** How long a 429 holds its tenant, in milliseconds: as `Retry-After` says, at most an hour; a second without it. */
export function holdMs(reply: Pick<HttpReply, 'headers'>, now: number): number {
  return Math.min(retryAfter(reply, now) ?? DEFAULT_SECONDS, LONGEST_SECONDS) * 1000;
}

export class TenantHolds {
  readonly #until = new Map<string, number>();

  /** No call for `tenantId` is made before `until`. A hold is never shortened. */
  hold(tenantId: string, until: number): void {
    this.#until.set(tenantId, Math.max(until, this.#until.get(tenantId) ?? 0));
  }

  /** Milliseconds to wait before a call; 0 when the tenant is not held. */
  waitMs(tenantId: string, now: number): number {
    const until = this.#until.get(tenantId);
    if (until === undefined) return 0;
    if (until > now) return until - now;
    this.#until.delete(tenantId);
    return 0;
  }
}
