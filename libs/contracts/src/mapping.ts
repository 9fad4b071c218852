// A tenant's mapping: which further fields of the other side's record are filled, and with which values of the event.
import { z } from 'zod';
import type { EventEnvelope } from './envelope.ts';
import { applyStep, type Found, type PhoneReader, type Step, step } from './mapping-steps.ts';
import { names, ofKinds } from './rules-kinds.ts';
import { eventPath, isScalar, type Scalar, scalar, valueAt } from './rules-path.ts';

const MAX_PATHS = 20;
const MAX_STEPS = 10;

/** Where the value of a field comes from: a path, or the first of several paths that has a value, transformed. */
export type MappedField =
  | string
  | {
      /** With `concat`: all of them, joined. */
      from: string | string[];
      transform?: Step | Step[] | undefined;
      /** The country of phone numbers without a country code: two capital letters. */
      country?: string | undefined;
      /** What the field gets if there is no value. It is not transformed. */
      default?: Scalar | undefined;
      /** If there is no value either way, the delivery is rejected. */
      required?: boolean | undefined;
    };

const field = z
  .strictObject({
    from: ofKinds<string | string[]>(
      (given) => (Array.isArray(given) ? oneTo(MAX_PATHS, eventPath) : eventPath),
      'is not a path',
    ),
    transform: ofKinds<Step | Step[]>(
      (given) => (Array.isArray(given) ? oneTo(MAX_STEPS, step) : step),
      'is not a transform',
    ).optional(),
    country: z.string().refine(isCountry, 'is not a country code such as US').optional(),
    default: scalar.refine((given) => given !== '', 'is empty; leave it out').optional(),
    required: z.boolean().optional(),
  })
  .refine(({ country, transform }) => country === undefined || listOf(transform).includes('phone'), {
    path: ['country'],
    message: 'is only for the transform phone',
  });

/** Target field -> where its value comes from. */
export const mapping = z.record(
  z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'is not a field name'),
  ofKinds<MappedField>((given) => {
    if (typeof given === 'string') return eventPath;
    return names(given, 'from') ? field : undefined;
  }, 'is neither a path such as data.priority nor an object with from'),
);

export type Mapping = z.output<typeof mapping>;

/** The result of a mapping for one event. */
export interface MappedFields {
  readonly fields: Readonly<Record<string, Scalar>>;
  /** Names of required fields without a value. */
  readonly missing: readonly string[];
}

/**
 * The fields that an event fills. A list becomes text joined by ", ". A field is left out if its value is absent,
 * empty, an object, or not what a transform needs. `phone` does the transform of that name.
 */
export function mapFields(
  given: Mapping,
  event: EventEnvelope,
  { phone }: { readonly phone: PhoneReader },
): MappedFields {
  const fields: [string, Scalar][] = [];
  const missing: string[] = [];
  for (const [name, source] of Object.entries(given)) {
    const { required, ...rest } = typeof source === 'string' ? { from: source, required: false } : source;
    const value = valueOf(rest, event, phone) ?? rest.default;
    if (value !== undefined) fields.push([name, value]);
    else if (required) missing.push(name);
  }
  return { fields: Object.fromEntries(fields), missing };
}

type Source = Exclude<MappedField, string>;

function valueOf(source: Source, event: EventEnvelope, phone: PhoneReader): Scalar | undefined {
  const steps = listOf(source.transform);
  const found = listOf(source.from).map((path) => foundAt(event, path));
  const joins = steps.some((one) => typeof one === 'object' && 'concat' in one);
  for (const one of joins ? [joinedParts(found)] : found) {
    const value = plainOf(
      steps.reduce((sofar, given) => applyStep(given, sofar, (part) => phone(part, source.country)), one),
    );
    if (value !== undefined) return value;
  }
  return undefined;
}

function foundAt(event: EventEnvelope, path: string): Found {
  const value = valueAt(event, path);
  if (Array.isArray(value)) return { parts: value.every(isScalar) ? value : [], list: true };
  return { parts: isScalar(value) ? [value] : [], list: false };
}

function joinedParts(found: readonly Found[]): Found {
  return { parts: found.flatMap(({ parts }) => parts), list: true };
}

function plainOf({ parts, list }: Found): Scalar | undefined {
  const plain = list ? parts.join(', ') : parts[0];
  return plain === '' ? undefined : plain;
}

function listOf<T>(given: T | readonly T[] | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? (given as readonly T[]) : [given as T];
}

function oneTo<T>(most: number, element: z.ZodType<T>): z.ZodType<T[]> {
  return z.array(element).min(1, 'is empty').max(most, `has more than ${most}`);
}

// Only ISO 3166-1 codes, because the phone library knows no others. The United Kingdom is GB; UK would lose every
// number.
function isCountry(given: string): boolean {
  return (
    /^[A-Z]{2}$/.test(given) &&
    new Intl.Locale(`und-${given}`).region === given &&
    new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }).of(given) !== undefined
  );
}
