// The circuit breaker of one API key of the model. Each key has its own, so a problem with one tenant's key does not affect
// other tenants. While the breaker is not closed, the key is held: no calls are made with it.
import type { FallbackReason } from '@switchboard/contracts';

/** Why a key is held. */
export type HoldReason = Extract<
  FallbackReason,
  'unavailable' | 'rate_limited' | 'credentials' | 'refused' | 'invalid_answer'
>;

/** The permit for one call. The caller returns it when it reports how the call ended. */
export interface Permit {
  /** On the clock of `performance.now()`. */
  readonly began: number;
}

/** A permit, or why there is none before `until`. `wait`: waiting makes sense, because the hold is expected to end then. */
export type PermitResult =
  | { readonly granted: true; readonly permit: Permit }
  | ({ readonly granted: false } & Hold);

interface Hold {
  readonly reason: HoldReason;
  readonly until: number;
  readonly wait: boolean;
}

const FAILURES_TO_OPEN = 5;
/** A single request may be refused, or answered unusably, because of its text. This many in a row are not. */
const REFUSALS_TO_OPEN = 5;
const UNUSABLE_TO_OPEN = 10;
const REST_MS = 10_000;
/** The first rest after a problem that a person must solve. Each failed probe doubles the rest. */
const CREDENTIALS_REST_MS = 60_000;
const MAX_REST_MS = 10 * 60_000;
/** More rate limits in a row than this will not end soon: nobody waits for them. */
const RATE_LIMITS_TO_WAIT_FOR = 1;

/**
 * The breaker of one key: closed, held by a rate limit, or open until a probe has ended. Each permit is reported to exactly
 * one of `succeeded`, `failed`, `rateLimited`, `keyRefused`, `noUsableAnswer` and `undecided`. Times are milliseconds of a
 * monotonic clock.
 */
export class KeyBreaker {
  private failures = 0;
  private refusals = 0;
  private unusable = 0;
  /** Rate limits since the last call that succeeded. */
  private rateLimits = 0;
  private rateLimitedAt = Number.NEGATIVE_INFINITY;
  /** Holds in a row for which the probe found the same problem again. */
  private failedProbes = 0;
  private held: Hold | undefined;
  private probe: Permit | undefined;
  private readonly waiting = new Set<() => void>();

  /** A permit for a call, if one may begin now. */
  tryAcquire(now: number): PermitResult {
    const { held } = this;
    if (held === undefined) return { granted: true, permit: { began: now } };
    // Only one call, the probe, finds out whether the hold is over.
    if (now < held.until || this.probe !== undefined) return { granted: false, ...held };
    this.probe = { began: now };
    return { granted: true, permit: this.probe };
  }

  /** Resolves when the probe has ended, or when `signal` is aborted. */
  probeEnded(signal: AbortSignal): Promise<void> {
    if (this.probe === undefined || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', go);
        this.waiting.delete(go);
        resolve();
      };
      signal.addEventListener('abort', go, { once: true });
      this.waiting.add(go);
    });
  }

  /** Why the key is held; undefined when it is not. A rate limit ends with its time, any other hold with a probe. */
  holdReason(now: number): HoldReason | undefined {
    const { held } = this;
    return held?.reason === 'rate_limited' && now >= held.until ? undefined : held?.reason;
  }

  /** The server gave a usable answer. */
  succeeded(permit: Permit): void {
    this.failures = 0;
    // A call that began before a rate limit does not end it.
    const limited = this.held?.reason === 'rate_limited' && permit !== this.probe;
    if (!limited) this.close();
    this.endProbe(permit);
  }

  /** The server did not answer, or reported an error of its own. Returns false when that was known already. */
  failed(permit: Permit, now: number): boolean {
    const isNew = this.held?.reason !== 'unavailable' || permit === this.probe;
    this.failures += 1;
    if (isNew && this.failures >= FAILURES_TO_OPEN) this.hold('unavailable', now, REST_MS);
    else if (permit === this.probe) this.afterFailedProbe(now);
    this.endProbe(permit);
    return isNew;
  }

  /** The server asked for a pause of `ms` milliseconds. */
  rateLimited(permit: Permit, now: number, ms: number): void {
    // Calls that were in flight together meet the same rate limit: it counts once.
    if (permit === this.probe || permit.began > this.rateLimitedAt) this.rateLimits += 1;
    this.rateLimitedAt = now;
    this.hold('rate_limited', now, ms);
    this.endProbe(permit);
  }

  /** The server refused the key, or the account has no credit left. */
  keyRefused(permit: Permit, now: number): void {
    this.holdWithBackoff('credentials', permit, now, CREDENTIALS_REST_MS);
    this.endProbe(permit);
  }

  /**
   * The server refused the request, or its answer is unusable. The reason may be this text or every text; `everyRequest`
   * says that the server would refuse any request.
   */
  noUsableAnswer(
    reason: 'refused' | 'invalid_answer',
    permit: Permit,
    now: number,
    everyRequest = false,
  ): void {
    this.failures = 0;
    if (reason === 'refused') this.refusals += everyRequest ? REFUSALS_TO_OPEN : 1;
    else this.unusable += 1;
    const open = this.refusals >= REFUSALS_TO_OPEN || this.unusable >= UNUSABLE_TO_OPEN;
    if (open) this.holdWithBackoff(reason, permit, now, REST_MS);
    else if (permit === this.probe) this.held = undefined;
    this.endProbe(permit);
  }

  /** The call ended before it showed anything about the key or the server. */
  undecided(permit: Permit): void {
    this.endProbe(permit);
  }

  /** A person may have solved the problem: the next call is a probe. Changes nothing about rate limits and outages. */
  allowProbe(now: number): void {
    const { held } = this;
    if (held === undefined || held.reason === 'rate_limited' || held.reason === 'unavailable') return;
    this.held = { ...held, until: Math.min(held.until, now) };
  }

  private close(): void {
    this.refusals = 0;
    this.unusable = 0;
    this.rateLimits = 0;
    this.failedProbes = 0;
    this.held = undefined;
  }

  private endProbe(permit: Permit): void {
    if (permit !== this.probe) return;
    this.probe = undefined;
    for (const go of this.waiting) go();
  }

  /** After one failed probe a rate limit has passed, and any other hold goes on for another rest. */
  private afterFailedProbe(now: number): void {
    if (this.held?.reason === 'rate_limited') this.held = undefined;
    else if (this.held !== undefined) this.held = { ...this.held, until: now + REST_MS };
  }

  private holdWithBackoff(reason: HoldReason, permit: Permit, now: number, restMs: number): void {
    // Calls that were in flight together found the same problem: it counts once.
    if (this.held?.reason === reason && permit !== this.probe) return;
    this.hold(reason, now, Math.min(restMs * 2 ** this.failedProbes, MAX_REST_MS));
    this.failedProbes += 1;
  }

  /** A later hold never shortens the present one. Only a rate limit replaces a rate limit. */
  private hold(reason: HoldReason, now: number, ms: number): void {
    const until = now + ms;
    const { held } = this;
    const bothRateLimits = held?.reason === 'rate_limited' && reason === 'rate_limited';
    if (held !== undefined && held.until > until && !bothRateLimits) return;
    const wait = reason === 'rate_limited' && this.rateLimits <= RATE_LIMITS_TO_WAIT_FOR;
    this.held = { reason, until, wait };
  }
}
