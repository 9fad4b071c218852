// The vendors' own rate limits. A call above the limit gets the vendor's 429 and has no effect.
import { isObject, type VendorName, type VendorReply, type VendorRequest, vendorNames } from './vendor.ts';

/** A number of calls in a sliding window. */
export interface Limit {
  readonly calls: number;
  readonly seconds: number;
}

/** A vendor without an entry has no limit. */
export type Limits = Partial<Readonly<Record<VendorName, Limit>>>;

/**
 * As documented: HubSpot accepts 100 calls in ten seconds from a private app of the smallest plans
 * (developers.hubspot.com, usage guidelines), Slack about one message a second from a webhook, short bursts included
 * (docs.slack.dev, rate limits).
 */
export const vendorLimits: Limits = {
  hubspot: { calls: 100, seconds: 10 },
  slack: { calls: 10, seconds: 10 },
};

/** The posted limits are invalid. */
export class LimitsError extends Error {
  readonly code = 'LIMITS_INVALID';
}

const MAX_CALLS = 100_000;
const MAX_SECONDS = 3_600;
const HUBSPOT = { 'x-hubspot-ratelimit-remaining': '0' };

/** Counts calls by caller. */
export class RateLimits {
  /** Times of the accepted calls, the oldest first, by vendor and caller. */
  private readonly taken = new Map<string, number[]>();

  constructor(
    public limits: Limits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The answer to a call above the limit. Undefined if it is accepted; then it counts. */
  refusal(vendor: VendorName, request: VendorRequest): VendorReply | undefined {
    const limit = this.limits[vendor];
    if (limit === undefined) return undefined;
    const key = `${vendor} ${vendor === 'slack' ? request.path : (request.headers.authorization ?? '')}`;
    const now = this.now();
    const window = limit.seconds * 1000;
    const recent = (this.taken.get(key) ?? []).filter((at) => at > now - window);
    this.taken.set(key, recent);
    if (recent.length < limit.calls) {
      recent.push(now);
      return undefined;
    }
    const waitMs = (recent[recent.length - limit.calls] ?? now) + window - now;
    return tooMany(vendor, limit, Math.max(1, Math.ceil(waitMs / 1000)));
  }
}

function tooMany(vendor: VendorName, { calls, seconds }: Limit, afterSeconds: number): VendorReply {
  if (vendor === 'slack') {
    return { status: 429, body: 'rate_limited', headers: { 'retry-after': String(afterSeconds) } };
  }
  if (vendor === 'hubspot') {
    // HubSpot names the policy; whether it sends Retry-After is not documented, so it is not sent.
    const body = {
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
    };
    const headers = {
      ...HUBSPOT,
      'x-hubspot-ratelimit-max': String(calls),
      'x-hubspot-ratelimit-interval-milliseconds': String(seconds * 1000),
    };
    return { status: 429, body, headers };
  }
  return {
    status: 429,
    body: { error: 'Too many requests' },
    headers: { 'retry-after': String(afterSeconds) },
  };
}

/** Parses posted limits: `{ "slack": { "calls": 1, "seconds": 1 }, "hubspot": null }`. Throws LimitsError. */
export function parseLimits(posted: unknown): Limits {
  if (!isObject(posted)) throw new LimitsError('setting limits: the body must be a JSON object');
  const limits: Partial<Record<VendorName, Limit>> = {};
  for (const [name, value] of Object.entries(posted)) {
    const vendor = vendorNames.find((one) => one === name);
    if (vendor === undefined) {
      throw new LimitsError(
        `setting limits: "${name}" is not a vendor; use one of ${vendorNames.join(', ')}`,
      );
    }
    if (value === null) continue;
    const { calls, seconds } = isObject(value) ? value : {};
    if (!isWhole(calls, MAX_CALLS) || !isWhole(seconds, MAX_SECONDS)) {
      throw new LimitsError(
        `setting limits: "${name}" needs "calls" (1 to ${MAX_CALLS}) and "seconds" (1 to ${MAX_SECONDS}), or null for none`,
      );
    }
    limits[vendor] = { calls, seconds };
  }
  return limits;
}

function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
}
