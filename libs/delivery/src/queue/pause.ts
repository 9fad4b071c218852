// The pause that the other side asks for (`Retry-After`). Everything that has waited would start at once when the pause
// ends. So one delivery goes first, and the others follow when it was not asked to come back later.

/** Until when an integration waits, in milliseconds of the monotonic clock, and why. */
export interface Hold {
  readonly until: number;
  readonly reason: string;
}

/** The pause of one integration. Times are milliseconds of the monotonic clock. */
export class Pause {
  private current: Hold | undefined;
  /** When a pause was last requested. Undefined once a later attempt was not asked to come back. */
  private requestedAt: number | undefined;

  /** `stored` is the pause that was in force when this process took over, at `now`. */
  constructor(stored: Hold | undefined, now: number) {
    this.current = stored;
    this.requestedAt = stored && now;
  }

  /** The pause; undefined once `end` has seen that it is over. */
  get hold(): Hold | undefined {
    return this.current;
  }

  /** Whether deliveries go out one at a time, until one shows that the pause is over for the other side too. */
  get needsProbe(): boolean {
    return this.requestedAt !== undefined;
  }

  /** The other side asks for so many seconds. True when that is longer than the pause in force. */
  request(now: number, seconds: number, reason: string): boolean {
    this.requestedAt = now;
    const until = now + seconds * 1000;
    if (until <= (this.current?.until ?? 0)) return false;
    this.current = { until, reason };
    return true;
  }

  /** An attempt that began at that time reached the other side and was not asked to come back later. */
  passed(startedAt: number): void {
    if (this.requestedAt !== undefined && startedAt >= this.requestedAt) this.requestedAt = undefined;
  }

  /** Ends a pause that is over. True when it ends now. */
  end(now: number): boolean {
    if (this.current === undefined || this.current.until > now) return false;
    this.current = undefined;
    return true;
  }
}
