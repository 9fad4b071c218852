// Whether one key may be used at the model's server now. Each key has a circuit of its own, so that what one tenant's key
// runs into is nobody else's trouble.
import type { FallbackReason } from '@switchboard/contracts';

/** Why a key is left alone. */
export type HoldReason = Extract<FallbackReason, 'unavailable' | 'rate_limited' | 'credentials'>;

/**
 * A call may begin now, or for which reason not before `until` (on the clock of `performance.now()`); `wait`: it is worth
 * waiting for.
 */
export type Permit = { readonly may: true } | ({ readonly may: false } & Hold);

interface Hold {
  readonly reason: HoldReason;
  readonly until: number;
  readonly wait: boolean;
}

const FAILURES_TO_OPEN = 5;
const REST_MS = 10_000;
/** A refused key or an empty account is for a person to mend; asking more often changes nothing. */
const CREDENTIALS_MS = 60 * 60_000;
/** Who is limited again right after the first limit has passed will be so for long. */
const PATIENT_LIMITS = 1;
const GO: Permit = { may: true };

/** The circuit of one key: closed, held by a rate limit, or open until one call has tried it again. */
export class Circuit {
  private failures = 0;
  /** Rate limits since a call last worked. */
  private limits = 0;
  private held: Hold | undefined;
  private trying = false;

  /** Asks for leave to call. Whoever gets it says how the call ended. */
  ask(now: number): Permit {
    const { held } = this;
    if (held === undefined) return GO;
    if (now < held.until || this.trying) return { may: false, ...held };
    // A rate limit that has passed is over for all; trouble, or limit after limit, is over when one call says so.
    if (held.wait) this.held = undefined;
    else this.trying = true;
    return GO;
  }

  /** Why it is left alone now; undefined when it is not. */
  holds(now: number): HoldReason | undefined {
    return this.held !== undefined && now < this.held.until ? this.held.reason : undefined;
  }

  /** The server answered with something usable, or would have, had the event been another. */
  worked(now: number): void {
    this.failures = 0;
    // Said of a call that began before the limit: it lasts as long as the server said.
    const limited = this.holds(now) === 'rate_limited' && !this.trying;
    this.trying = false;
    if (limited) return;
    this.limits = 0;
    this.held = undefined;
  }

  /** No answer, or one that says that the server is in trouble. */
  failed(now: number): void {
    this.failures += 1;
    const open = this.trying || this.failures >= FAILURES_TO_OPEN;
    this.trying = false;
    if (open) this.hold('unavailable', now + REST_MS);
  }

  /** The server asked to be left alone for so long. */
  limited(now: number, ms: number): void {
    // Calls that were under way together run into one limit.
    if (this.holds(now) !== 'rate_limited') this.limits += 1;
    this.trying = false;
    this.hold('rate_limited', now + ms);
  }

  /** The key is refused, or nothing is left to pay with. */
  refused(now: number): void {
    this.trying = false;
    this.hold('credentials', now + CREDENTIALS_MS);
  }

  /** The call was given up before anything was known. */
  undecided(): void {
    this.trying = false;
  }

  private hold(reason: HoldReason, until: number): void {
    if (this.held === undefined || until > this.held.until || this.held.reason === 'rate_limited')
      this.held = { reason, until, wait: reason === 'rate_limited' && this.limits <= PATIENT_LIMITS };
  }
}
