// Faults that a developer or a spec sets for the stand-ins: statuses, delays, resets, no answer.
import { isObject, type VendorName, vendorNames } from './vendor.ts';

/** A fault, as posted to `/_behaviour`. */
export interface Behaviour {
  vendor: VendorName;
  /** Only requests whose path begins with this, with or without `/VENDOR`. */
  path?: string;
  status?: number;
  /** The body of the answer; by default the vendor's own error body. */
  body?: unknown;
  /** Seconds, sent as `Retry-After`. */
  retry_after?: number;
  delay_ms?: number;
  reset?: boolean;
  hang?: boolean;
  /** The effect happens first, then the fault hides it from the caller. */
  after?: boolean;
  /** Number of requests it applies to; if absent, until it is cleared. */
  times?: number;
}

/** A posted behaviour is invalid. The message names the field. */
export class BehaviourError extends Error {
  readonly code = 'BEHAVIOUR_INVALID';
}

const numbers = {
  status: [200, 599],
  retry_after: [0, 86_400],
  delay_ms: [0, 600_000],
  times: [1, 1e9],
} as const;
const flags = ['reset', 'hang', 'after'] as const;
const known = ['vendor', 'path', 'body', ...Object.keys(numbers), ...flags];

/** Checks what was posted. */
export function parseBehaviour(posted: unknown): Behaviour {
  const refuse = (problem: string): never => {
    throw new BehaviourError(`setting a behaviour: ${problem}`);
  };
  if (!isObject(posted)) return refuse('the body must be a JSON object');
  const stray = Object.keys(posted).find((key) => !known.includes(key));
  if (stray) refuse(`"${stray}" is not known; use ${known.join(', ')}`);
  if (!vendorNames.includes(posted['vendor'] as VendorName))
    refuse(`"vendor" must be one of ${vendorNames.join(', ')}`);
  if (posted['path'] !== undefined && !String(posted['path']).startsWith('/'))
    refuse('"path" must start with "/"');
  for (const [name, [low, high]] of Object.entries(numbers)) {
    const value = posted[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
      refuse(`"${name}" must be a whole number from ${low} to ${high}`);
  }
  for (const name of flags)
    if (posted[name] !== undefined && typeof posted[name] !== 'boolean')
      refuse(`"${name}" must be true or false`);
  const shown = posted as unknown as Behaviour;
  if (shown.status === undefined && shown.delay_ms === undefined && !shown.reset && !shown.hang)
    refuse('give one of status, delay_ms, reset and hang');
  return shown;
}

/** The faults that are set. The newest one that fits a request applies. */
export class Behaviours {
  private inForce: Behaviour[] = [];

  /** Adds a fault. It replaces one with the same vendor and path. */
  set(behaviour: Behaviour): void {
    this.inForce = this.inForce.filter(
      (old) => old.vendor !== behaviour.vendor || old.path !== behaviour.path,
    );
    this.inForce.unshift({ ...behaviour });
  }

  clear(vendor?: VendorName): void {
    this.inForce = vendor ? this.inForce.filter((behaviour) => behaviour.vendor !== vendor) : [];
  }

  list(): readonly Behaviour[] {
    return this.inForce;
  }

  /** The fault for this request, if any. Counts down `times`. */
  take(vendor: VendorName, path: string): Behaviour | undefined {
    const found = this.inForce.find(
      (behaviour) =>
        behaviour.vendor === vendor &&
        (behaviour.path === undefined ||
          path.startsWith(behaviour.path) ||
          `/${vendor}${path}`.startsWith(behaviour.path)),
    );
    if (found?.times === undefined) return found;
    found.times -= 1;
    if (found.times === 0) this.inForce = this.inForce.filter((behaviour) => behaviour !== found);
    return found;
  }
}
