// A circuit breaker for one API key of the model. Each key has its own, so that a problem of one tenant's key does not
// affect other tenants.
import type { FallbackReason } from '@switchboard/contracts';

/** Why a key is left alone. */
export type HoldReason = Extract<
  FallbackReason,
  'unavailable' | 'rate_limited' | 'credentials' | 'refused' | 'invalid_answer'
>;

/** Leave for one call, which says with it how the call ended. */
export interface Leave {
  /** On the clock of `performance.now()`. */
  readonly began: number;
}

/** A call may begin now, or for which reason not before `until`; `wait`: it is worth waiting for. */
export type Permit = { readonly may: true; readonly leave: Leave } | ({ readonly may: false } & Hold);

interface Hold {
  readonly reason: HoldReason;
  readonly until: number;
  readonly wait: boolean;
}

const FAILURES_TO_OPEN = 5;
/** The server refuses the request itself, or what it answers cannot be used: some texts may be the reason, not so many. */
const REFUSALS_TO_OPEN = 5;
const UNUSABLE_TO_OPEN = 10;
const REST_MS = 10_000;
/** A problem that a person must solve is tried again after a minute, then after twice as long each time. */
const CREDENTIALS_MS = 60_000;
const LONGEST_REST_MS = 10 * 60_000;
/** Who is limited again right after the first limit has passed will be so for long. */
const PATIENT_LIMITS = 1;

/** The circuit of one key: closed, held by a rate limit, or open until one call has tried it again. */
export class Circuit {
  private failures = 0;
  private refusals = 0;
  private unusable = 0;
  /** Rate limits since a call last worked. */
  private limits = 0;
  /** When the last rate limit was told. */
  private limitedAt = Number.NEGATIVE_INFINITY;
  /** Trials in a row that found the same problem unsolved. */
  private vain = 0;
  private held: Hold | undefined;
  private trial: Leave | undefined;
  private readonly waiting = new Set<() => void>();

  /** Asks for leave to call. Whoever gets it says how the call ended. */
  ask(now: number): Permit {
    const { held } = this;
    if (held === undefined) return { may: true, leave: { began: now } };
    // One goes first and finds out for all.
    if (now < held.until || this.trial !== undefined) return { may: false, ...held };
    this.trial = { began: now };
    return { may: true, leave: this.trial };
  }

  /** Resolves when the call that goes first has ended, or with `signal`. */
  decided(signal: AbortSignal): Promise<void> {
    if (this.trial === undefined || signal.aborted) return Promise.resolve();
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

  /** Why it is left alone; undefined when it is not. What is over only when a call says so lasts until then. */
  holds(now: number): HoldReason | undefined {
    const { held } = this;
    return held?.reason === 'rate_limited' && now >= held.until ? undefined : held?.reason;
  }

  /** The server answered with something usable. */
  worked(leave: Leave): void {
    this.failures = 0;
    // Of a call that began before the limit: it lasts as long as the server said.
    const limited = this.held?.reason === 'rate_limited' && leave !== this.trial;
    if (!limited) this.close();
    this.tried(leave);
  }

  /** No answer, or one that says that the server is in trouble. True where that was not known already. */
  failed(leave: Leave, now: number): boolean {
    const news = this.held?.reason !== 'unavailable' || leave === this.trial;
    this.failures += 1;
    if (news && this.failures >= FAILURES_TO_OPEN) this.hold('unavailable', now, REST_MS);
    else if (leave === this.trial) this.again(now);
    this.tried(leave);
    return news;
  }

  /** The server asked to be left alone for so long. */
  limited(leave: Leave, now: number, ms: number): void {
    // Calls that were under way together run into one limit.
    if (leave === this.trial || leave.began > this.limitedAt) this.limits += 1;
    this.limitedAt = now;
    this.hold('rate_limited', now, ms);
    this.tried(leave);
  }

  /** The key is refused, or nothing is left to pay with. */
  refused(leave: Leave, now: number): void {
    this.inVain('credentials', leave, now, CREDENTIALS_MS);
    this.tried(leave);
  }

  /**
   * The server answered, and with nothing of use: it refused the request (`sure`: it would refuse any), or its answer cannot
   * be used. That may be this text's doing, or that of all.
   */
  useless(reason: 'refused' | 'invalid_answer', leave: Leave, now: number, sure = false): void {
    this.failures = 0;
    if (reason === 'refused') this.refusals += sure ? REFUSALS_TO_OPEN : 1;
    else this.unusable += 1;
    const open = this.refusals >= REFUSALS_TO_OPEN || this.unusable >= UNUSABLE_TO_OPEN;
    if (open) this.inVain(reason, leave, now, REST_MS);
    else if (leave === this.trial) this.held = undefined;
    this.tried(leave);
  }

  /** The call was given up before anything was known. */
  undecided(leave: Leave): void {
    this.tried(leave);
  }

  /** A person may have solved the problem: the next call tries. */
  reopen(now: number): void {
    const { held } = this;
    if (held === undefined || held.reason === 'rate_limited' || held.reason === 'unavailable') return;
    this.held = { ...held, until: Math.min(held.until, now) };
  }

  private close(): void {
    this.refusals = 0;
    this.unusable = 0;
    this.limits = 0;
    this.vain = 0;
    this.held = undefined;
  }

  private tried(leave: Leave): void {
    if (leave !== this.trial) return;
    this.trial = undefined;
    for (const go of this.waiting) go();
  }

  /** A trial that failed once: what it tried stays as it was, but a rate limit has passed. */
  private again(now: number): void {
    if (this.held?.reason === 'rate_limited') this.held = undefined;
    else if (this.held !== undefined) this.held = { ...this.held, until: now + REST_MS };
  }

  private inVain(reason: HoldReason, leave: Leave, now: number, restMs: number): void {
    // Calls that were under way together found one thing.
    if (this.held?.reason === reason && leave !== this.trial) return;
    this.hold(reason, now, Math.min(restMs * 2 ** this.vain, LONGEST_REST_MS));
    this.vain += 1;
  }

  /** A hold is never shortened, but a rate limit by the next one. */
  private hold(reason: HoldReason, now: number, ms: number): void {
    const until = now + ms;
    const { held } = this;
    const limits = held?.reason === 'rate_limited' && reason === 'rate_limited';
    if (held !== undefined && held.until > until && !limits) return;
    this.held = { reason, until, wait: reason === 'rate_limited' && this.limits <= PATIENT_LIMITS };
  }
}
