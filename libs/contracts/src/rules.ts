// What a tenant may say about an integration beside its configuration: which events it wants (rules) and which further
// fields it fills (mapping). Paths reach into the enriched envelope, own properties only.
import { z } from 'zod';
import type { EventEnvelope } from './envelope.ts';

/** A dotted path into the envelope, for example `data.qualification_score` or `enrichment.classification.urgency`. */
export const eventPath = z
  .string()
  .regex(
    /^(event|timestamp|tenant_id|data|enrichment)(\.[A-Za-z0-9_-]+){0,8}$/,
    'is not a path such as data.priority',
  );

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const conditions = {
  equals: scalar.optional(),
  one_of: z.array(scalar).min(1).optional(),
  gte: z.number().optional(),
  lte: z.number().optional(),
  exists: z.boolean().optional(),
};

/** A condition on one field: exactly one of `equals`, `one_of`, `gte`, `lte`, `exists`. */
export const rule = z
  .strictObject({ field: eventPath, ...conditions })
  .refine(
    (given) => Object.keys(conditions).filter((key) => key in given).length === 1,
    `needs exactly one of ${Object.keys(conditions).join(', ')}`,
  );

/** Target field -> path of its source. */
export const mapping = z.record(z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'is not a field name'), eventPath);

export type Rule = z.output<typeof rule>;
export type Mapping = z.output<typeof mapping>;

/** Whether every rule holds; no rules hold always. An absent field holds only for `exists: false`. */
export function rulesHold(rules: readonly Rule[], event: EventEnvelope): boolean {
  return rules.every((given) => holds(given, valueAt(event, given.field)));
}

/** The value at a path, undefined when there is none. */
export function valueAt(event: EventEnvelope, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function holds(given: Rule, value: unknown): boolean {
  if (given.exists !== undefined) return (value !== undefined && value !== null) === given.exists;
  if (given.equals !== undefined) return value === given.equals;
  if (given.one_of !== undefined) return given.one_of.some((wanted) => wanted === value);
  if (typeof value !== 'number') return false;
  return given.gte !== undefined ? value >= given.gte : value <= (given.lte ?? Number.NEGATIVE_INFINITY);
}
