// The schema of the sender's envelope, which ingest checks. It does not check `data` against the schema of its type: an
// event with odd fields is accepted too.
import { z } from 'zod';
import type { Enrichment } from './enrichment.ts';

// No control characters, and no half of a surrogate pair: Postgres and UTF-8 refuse them.
const printable = /^[^\p{Cc}\p{Cs}]+$/u;

/** Few characters are allowed in a tenant id: it becomes part of metric labels, keys and paths. */
export const tenantId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'is not a tenant id');

/** The body of a webhook. Unknown fields are kept. */
export const envelope = z.looseObject({
  event: z.string().min(1).max(200).regex(printable, 'has control characters or is not well-formed'),
  timestamp: z.string().max(64).regex(printable, 'has control characters or is not well-formed').optional(),
  tenant_id: tenantId.optional(),
  data: z.record(z.string(), z.unknown()),
});

/** An event as it is read after the enricher. */
export interface EventEnvelope {
  readonly event: string;
  readonly timestamp?: string;
  readonly tenant_id?: string;
  readonly data: Record<string, unknown>;
  readonly enrichment?: Enrichment;
}

/**
 * What is wrong with an envelope. `path` is dotted, for example `data` or `tenant_id`; empty for the body as a whole.
 */
export interface EnvelopeFault {
  readonly path: string;
  readonly message: string;
}

/** The first fault of an envelope, or undefined if it is valid. */
export function envelopeFault(body: unknown): EnvelopeFault | undefined {
  const result = envelope.safeParse(body);
  if (result.success) return undefined;
  const issue = result.error.issues[0];
  return { path: issue?.path.join('.') ?? '', message: issue?.message ?? 'is not an event' };
}
