// How fast one integration may be called: a token bucket, a limit of concurrent attempts, and a limit and a priority by event
// type. It is asked for every delivery, so the patterns of a type are looked up once.
import type { DeliverySettings } from '@switchboard/contracts';

/** The limits of an integration, with `concurrency` filled in. */
export type Limits = Omit<DeliverySettings['limits'], 'adaptive'> & { readonly concurrency: number };

/** The part of the limits that is in use, in (0, 1]. */
export interface Share {
  readonly share: number;
}

/** Concurrent attempts of the types of one pattern. */
interface TypeLimit {
  readonly limit: number;
  running: number;
}

/** The rules for one event type. */
interface TypeRule {
  readonly typeLimit: TypeLimit | undefined;
  readonly priority: number;
}

const MAX_TYPES = 1000;

/** `waitMs` sets timers, and Node fires a timer at once when it is set too far ahead. */
const MAX_WAIT_MS = 60_000;

/** So much counts as one token: sums of fractions fall a little short of 1. */
const ONE_TOKEN = 1 - 1e-9;

const FULL_LIMITS: Share = { share: 1 };

/**
 * The limits of one integration. In any period of t seconds at most `burst + per_second * t` attempts start, and at most
 * `concurrency` are in flight, as long as `start` follows a `mayStart` that was true. `now` is milliseconds of a monotonic
 * clock.
 */
export class Limiter {
  private readonly typeLimits = new Map<string, TypeLimit>();
  private readonly rules = new Map<string, TypeRule>();
  private readonly perMs: number | undefined;
  private readonly burst: number;
  private tokens: number;
  private filledAt = Number.NEGATIVE_INFINITY;
  private running = 0;

  /** `adaptive` reduces rate and concurrency. The burst and the limits by type stay. */
  constructor(
    private readonly limits: Limits,
    private readonly adaptive: Share = FULL_LIMITS,
  ) {
    const { per_second: perSecond } = limits;
    this.perMs = perSecond === null ? undefined : perSecond / 1000;
    this.burst = limits.burst ?? Math.max(1, Math.floor((perSecond ?? 0) / 10));
    this.tokens = this.burst;
    for (const [pattern, { concurrency }] of Object.entries(limits.types)) {
      if (concurrency !== null) this.typeLimits.set(pattern, { limit: concurrency, running: 0 });
    }
  }

  /** Whether an attempt of this type may start now. Changes nothing. */
  mayStart(type: string, now: number): boolean {
    if (this.running >= this.concurrency()) return false;
    const { typeLimit } = this.ruleOf(type);
    if (typeLimit !== undefined && typeLimit.running >= typeLimit.limit) return false;
    return this.tokensAt(now) >= ONE_TOKEN;
  }

  /** An attempt starts. */
  start(type: string, now: number): void {
    this.tokens = this.tokensAt(now) - 1;
    this.filledAt = now;
    this.running += 1;
    const { typeLimit } = this.ruleOf(type);
    if (typeLimit !== undefined) typeLimit.running += 1;
  }

  /** An attempt that was started has ended, in whatever way. */
  end(type: string): void {
    this.running -= 1;
    const { typeLimit } = this.ruleOf(type);
    if (typeLimit !== undefined) typeLimit.running -= 1;
  }

  /**
   * Milliseconds, at most a minute, until a token may be there. Undefined when time alone does not help: what may not start
   * now waits for an `end`.
   */
  waitMs(now: number): number | undefined {
    if (this.perMs === undefined || this.running >= this.concurrency()) return undefined;
    const tokens = this.tokensAt(now);
    if (tokens >= ONE_TOKEN) return undefined;
    return Math.min(MAX_WAIT_MS, Math.ceil((ONE_TOKEN - tokens) / (this.perMs * this.adaptive.share)));
  }

  /** The priority of a type: the highest goes first. 0 where the settings name none. */
  priorityOf(type: string): number {
    return this.ruleOf(type).priority;
  }

  /**
   * The types above the lowest priority among these, the most urgent first; none when all are alike. Priorities rank what
   * is in memory. These types are claimed from the ledger too, where they may wait behind thousands of others.
   */
  urgentTypes(types: readonly string[]): string[] {
    const lowest = Math.min(...types.map((type) => this.priorityOf(type)));
    return types
      .filter((type) => this.priorityOf(type) > lowest)
      .sort((a, b) => this.priorityOf(b) - this.priorityOf(a));
  }

  private concurrency(): number {
    return Math.max(1, Math.floor(this.limits.concurrency * this.adaptive.share));
  }

  private tokensAt(now: number): number {
    if (this.perMs === undefined) return Number.POSITIVE_INFINITY;
    const refilled = (now - this.filledAt) * this.perMs * this.adaptive.share;
    return Math.min(this.burst, this.tokens + refilled);
  }

  private ruleOf(type: string): TypeRule {
    let rule = this.rules.get(type);
    if (rule === undefined) {
      rule = this.findRule(type);
      if (this.rules.size >= MAX_TYPES) this.rules.clear();
      this.rules.set(type, rule);
    }
    return rule;
  }

  private findRule(type: string): TypeRule {
    const patterns = patternsOf(type);
    const limited = patterns.find((pattern) => this.typeLimits.has(pattern));
    const priorities = patterns.map((pattern) =>
      Object.hasOwn(this.limits.types, pattern) ? this.limits.types[pattern]?.priority : undefined,
    );
    return {
      typeLimit: limited === undefined ? undefined : this.typeLimits.get(limited),
      priority: priorities.find((priority) => typeof priority === 'number') ?? 0,
    };
  }
}

/** Patterns that match a type, the most specific first: `a.b`, `a.*`, `*`. */
function patternsOf(type: string): string[] {
  const patterns = [type];
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  return [...patterns, '*'];
}
