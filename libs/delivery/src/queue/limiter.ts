// How fast one integration may be called, in the memory of its owner: a token bucket, calls at once, and calls at once
// and priority by event type. Asked for every delivery, so a pattern is looked up once per type.
import type { DeliverySettings } from '@switchboard/contracts';

/** What the integration and its destination allow, `concurrency` settled. */
export type Limits = Omit<DeliverySettings['limits'], 'adaptive'> & { readonly concurrency: number };

/** Part of the limits that is used at present, in (0, 1]. */
export interface Share {
  readonly share: number;
}

/** Calls at once of the types of one pattern. */
interface Group {
  readonly limit: number;
  running: number;
}

/** What holds for one event type. */
interface TypeRule {
  readonly group: Group | undefined;
  readonly priority: number;
}

const MAX_TYPES = 1000;

/** Timers are set by `waitMs`, and a timer set too far ahead fires at once. */
const MAX_WAIT_MS = 60_000;

/** A token is whole at this: sums of fractions fall short of 1 by a hair. */
const WHOLE = 1 - 1e-9;

const WHOLE_LIMITS: Share = { share: 1 };

/**
 * The limits of one integration. In any stretch of t seconds no more than `burst + per_second * t` calls start, and
 * no more than `concurrency` are under way, as long as `start` follows a `mayStart` that was true. `now` is
 * milliseconds of a monotonic clock.
 */
export class Limiter {
  private readonly groups = new Map<string, Group>();
  private readonly rules = new Map<string, TypeRule>();
  private readonly perMs: number | undefined;
  private readonly burst: number;
  private tokens: number;
  private filledAt = Number.NEGATIVE_INFINITY;
  private running = 0;

  /** `adaptive` narrows rate and concurrency; the burst and the limits by type stay. */
  constructor(
    private readonly limits: Limits,
    private readonly adaptive: Share = WHOLE_LIMITS,
  ) {
    const { per_second: perSecond } = limits;
    this.perMs = perSecond === null ? undefined : perSecond / 1000;
    this.burst = limits.burst ?? Math.max(1, Math.floor((perSecond ?? 0) / 10));
    this.tokens = this.burst;
    for (const [pattern, { concurrency }] of Object.entries(limits.types)) {
      if (concurrency !== null) this.groups.set(pattern, { limit: concurrency, running: 0 });
    }
  }

  /** Whether a delivery of this type may start now. Changes nothing. */
  mayStart(type: string, now: number): boolean {
    if (this.running >= this.concurrency()) return false;
    const { group } = this.ruleOf(type);
    if (group !== undefined && group.running >= group.limit) return false;
    return this.tokensAt(now) >= WHOLE;
  }

  /** A delivery starts. */
  start(type: string, now: number): void {
    this.tokens = this.tokensAt(now) - 1;
    this.filledAt = now;
    this.running += 1;
    const { group } = this.ruleOf(type);
    if (group !== undefined) group.running += 1;
  }

  /** A delivery that was started has ended, however. */
  end(type: string): void {
    this.running -= 1;
    const { group } = this.ruleOf(type);
    if (group !== undefined) group.running -= 1;
  }

  /**
   * Milliseconds, at most a minute, after which to ask again because a token may have come; undefined when time alone
   * helps nobody: what may not start now waits for an `end`.
   */
  waitMs(now: number): number | undefined {
    if (this.perMs === undefined || this.running >= this.concurrency()) return undefined;
    const tokens = this.tokensAt(now);
    if (tokens >= WHOLE) return undefined;
    return Math.min(MAX_WAIT_MS, Math.ceil((WHOLE - tokens) / (this.perMs * this.adaptive.share)));
  }

  /** The larger goes first; 0 when nothing was said. */
  priorityOf(type: string): number {
    return this.ruleOf(type).priority;
  }

  private concurrency(): number {
    return Math.max(1, Math.floor(this.limits.concurrency * this.adaptive.share));
  }

  private tokensAt(now: number): number {
    if (this.perMs === undefined) return Number.POSITIVE_INFINITY;
    const come = (now - this.filledAt) * this.perMs * this.adaptive.share;
    return Math.min(this.burst, this.tokens + come);
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
    const grouped = patterns.find((pattern) => this.groups.has(pattern));
    const priorities = patterns.map((pattern) =>
      Object.hasOwn(this.limits.types, pattern) ? this.limits.types[pattern]?.priority : undefined,
    );
    return {
      group: grouped === undefined ? undefined : this.groups.get(grouped),
      priority: priorities.find((priority) => typeof priority === 'number') ?? 0,
    };
  }
}

/** Patterns that fit a type, the narrowest first: `a.b`, `a.*`, `*`. */
function patternsOf(type: string): string[] {
  const patterns = [type];
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  return [...patterns, '*'];
}
