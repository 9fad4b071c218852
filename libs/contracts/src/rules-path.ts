// Dotted paths, with which rules and mappings find a value in the enriched envelope. Only own properties count.
import { z } from 'zod';
import type { EventEnvelope } from './envelope.ts';

/** A dotted path into the envelope, for example `data.qualification_score` or `enrichment.classification.urgency`. */
export const eventPath = z
  .string()
  .regex(
    /^(event|timestamp|tenant_id|data|enrichment)(\.[A-Za-z0-9_-]+){0,8}$/,
    'is not a path such as data.priority',
  );

/** A single value: what a tenant can compare with, and what a mapped field can hold. */
export type Scalar = string | number | boolean;

export const scalar: z.ZodType<Scalar> = z.union(
  [z.string(), z.number(), z.boolean()],
  'must be text, a number, true or false',
);

/** The value at a path; undefined if there is none. */
export function valueAt(event: EventEnvelope, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Whether this is a single value: no list, object, null or undefined. */
export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
