// Which tenants must not be asked for before when: a 429 of one tenant holds all its calls, and no other's.

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
