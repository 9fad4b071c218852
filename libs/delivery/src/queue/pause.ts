// The other side asked to be left alone for a while. What has waited meanwhile would come to it all at once: so one delivery
// goes first, and the others when it was not sent away again.

/** Until when something stands still, on the monotonic clock (ms), and why. */
export interface Rest {
  readonly until: number;
  readonly reason: string;
}

/** What one integration asked for. Times are of the monotonic clock, in ms. */
export class Pause {
  private asked: Rest | undefined;
  /** When it last asked, until a call that began later was not asked again. */
  private askedAt: number | undefined;

  /** `stored`: what it had asked for when this process took over, at `now`. */
  constructor(stored: Rest | undefined, now: number) {
    this.asked = stored;
    this.askedAt = stored && now;
  }

  /** The pause; undefined when it is over and that was noticed by `end`. */
  get rest(): Rest | undefined {
    return this.asked;
  }

  /** One delivery at a time. */
  get isCareful(): boolean {
    return this.askedAt !== undefined;
  }

  /** It asks for so many seconds. True when that is longer than what it had asked for. */
  ask(now: number, seconds: number, reason: string): boolean {
    this.askedAt = now;
    const until = now + seconds * 1000;
    if (until <= (this.asked?.until ?? 0)) return false;
    this.asked = { until, reason };
    return true;
  }

  /** A call that began at that time, and reached the other side, was not asked to come back later. */
  passed(startedAt: number): void {
    if (this.askedAt !== undefined && startedAt >= this.askedAt) this.askedAt = undefined;
  }

  /** Ends what is over. True when that ends it now. */
  end(now: number): boolean {
    if (this.asked === undefined || this.asked.until > now) return false;
    this.asked = undefined;
    return true;
  }
}
