// The sender's envelope. Only this is checked at the door: `data` that does not match its type's schema is carried.
import { z } from 'zod';
import type { Enrichment } from './enrichment.ts';

// No control characters, and no half of a surrogate pair: Postgres and UTF-8 refuse it.
const printable = /^[^\p{Cc}\p{Cs}]+$/u;

/** Tenant ids are ours: they become labels, keys and paths, so their alphabet is narrow. */
export const tenantId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'is not a tenant id');

/** What a webhook's body must be. Unknown fields are kept. */
export const envelope = z.looseObject({
  event: z.string().min(1).max(200).regex(printable, 'has control characters or is not well-formed'),
  timestamp: z.string().max(64).regex(printable, 'has control characters or is not well-formed').optional(),
  tenant_id: tenantId.optional(),
  data: z.record(z.string(), z.unknown()),
});

/** An event as readers see it after the enricher. */
export interface EventEnvelope {
  readonly event: string;
  readonly timestamp?: string;
  readonly tenant_id?: string;
  readonly data: Record<string, unknown>;
  readonly enrichment?: Enrichment;
}

/** A fault of an envelope: `path` is dotted, for example `data` or `tenant_id`; empty for the body itself. */
export interface EnvelopeFault {
  readonly path: string;
  readonly message: string;
}

/** Checks an envelope; answers the first fault, or undefined. */
export function envelopeFault(body: unknown): EnvelopeFault | undefined {
  const result = envelope.safeParse(body);
  if (result.success) return undefined;
  const issue = result.error.issues[0];
  return { path: issue?.path.join('.') ?? '', message: issue?.message ?? 'is not an event' };
}
