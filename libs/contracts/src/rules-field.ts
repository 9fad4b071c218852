// Conditions on one field of an event. There are no regular expressions: a slow one would block a service that all
// tenants share.
import { z } from 'zod';
import { eventPath, type Scalar, scalar } from './rules-path.ts';

const MAX_TEXT = 1000;

/** `contains` looks at no more than this: fifty of them over the largest body would delay other tenants. */
const MAX_CHARACTERS = 20_000;
const MAX_ELEMENTS = 1000;

const text = z.string().min(1, 'is empty').max(MAX_TEXT, `is longer than ${MAX_TEXT} characters`);

const operators = {
  equals: scalar.optional(),
  not_equals: scalar.optional(),
  one_of: z.array(scalar).min(1, 'is empty').optional(),
  gt: z.number().optional(),
  gte: z.number().optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
  contains: z.union([text, z.number(), z.boolean()], 'must be text, a number, true or false').optional(),
  starts_with: text.optional(),
  exists: z.boolean().optional(),
};

/** A condition on one field: exactly one operator. */
export const fieldCondition = z
  .strictObject({ field: eventPath, ...operators })
  .refine(
    (given) => Object.keys(operators).filter((key) => key in given).length === 1,
    `needs exactly one of ${Object.keys(operators).join(', ')}`,
  );

export type FieldCondition = z.output<typeof fieldCondition>;

/** Whether a value meets a condition. An absent value meets only `exists: false` and `not_equals`. */
export function fieldHolds(given: FieldCondition, value: unknown): boolean {
  if (given.exists !== undefined) return (value !== undefined && value !== null) === given.exists;
  if (given.equals !== undefined) return value === given.equals;
  if (given.not_equals !== undefined) return value !== given.not_equals;
  if (given.one_of !== undefined) return given.one_of.some((wanted) => wanted === value);
  if (given.contains !== undefined) return contains(value, given.contains);
  if (given.starts_with !== undefined) {
    return typeof value === 'string' && startsWith(value, given.starts_with);
  }
  return typeof value === 'number' && isInRange(value, given);
}

function isInRange(value: number, { gt, gte, lt, lte }: FieldCondition): boolean {
  if (gt !== undefined) return value > gt;
  if (gte !== undefined) return value >= gte;
  if (lt !== undefined) return value < lt;
  return lte !== undefined && value <= lte;
}

function contains(value: unknown, wanted: Scalar): boolean {
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ELEMENTS).some((element) => isSame(element, wanted));
  }
  if (typeof value !== 'string' || typeof wanted !== 'string') return false;
  return value.slice(0, MAX_CHARACTERS).toLowerCase().includes(wanted.toLowerCase());
}

function isSame(element: unknown, wanted: Scalar): boolean {
  if (typeof element !== 'string' || typeof wanted !== 'string') return element === wanted;
  return element.length === wanted.length && element.toLowerCase() === wanted.toLowerCase();
}

// Lower case never makes a text shorter, so that its first `wanted.length` characters are enough.
function startsWith(value: string, wanted: string): boolean {
  return value.slice(0, wanted.length).toLowerCase().startsWith(wanted.toLowerCase());
}
