// Reads the data of an event leniently. The schemas document what the sender says it sends. A field that does not fit
// its schema is left out, and the rest of the event is used.
import { z } from 'zod';
import { normalEmail, normalPhone } from './contact-texts.ts';
import type { EventDefinition } from './define-event.ts';
import { email, phone } from './events/fields.ts';

/** The result of `readData`. */
export interface ReadData {
  /** Fields of the schema that fit it, and all fields that the schema does not know. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Names of the fields that were there and do not fit. */
  readonly leftOut: readonly string[];
}

type Schema = z.ZodType;

type Normal = (text: string) => string;

/** For each field that is an email or a phone number: the function that brings it into its plain form. */
type Normals = ReadonlyMap<string, Normal>;

const known = new WeakMap<EventDefinition, Normals>();

/** Reads data leniently. Emails and phone numbers are brought into their plain form first. `given` is not changed. */
export function readData(definition: EventDefinition, given: Readonly<Record<string, unknown>>): ReadData {
  const normals = normalsOf(definition);
  const whole = definition.data.safeParse(given);
  if (whole.success) return { data: withPlainPhones(whole.data, normals), leftOut: [] };
  const fields = new Map(Object.entries(given));
  const leftOut: string[] = [];
  for (const name of new Set(whole.error.issues.map(({ path }) => String(path[0])))) {
    const plain = plainOf(definition, normals, name, given[name]);
    if (plain !== undefined) {
      fields.set(name, plain);
    } else {
      if (fields.delete(name)) leftOut.push(name);
    }
  }
  return { data: withPlainPhones(Object.fromEntries(fields), normals), leftOut };
}

/** The plain form of a value, if that fits the field; else undefined. */
function plainOf(
  { data: { shape } }: EventDefinition,
  normals: Normals,
  name: string,
  value: unknown,
): string | undefined {
  const normal = normals.get(name);
  if (normal === undefined || typeof value !== 'string') return undefined;
  const plain = normal(value);
  return (shape[name] as Schema).safeParse(plain).success ? plain : undefined;
}

/** Phones are always brought into their plain form: their schema accepts any text. `data` is a copy, and changed. */
function withPlainPhones(data: Record<string, unknown>, normals: Normals): Record<string, unknown> {
  for (const [name, normal] of normals) {
    const value = data[name];
    if (normal === normalPhone && typeof value === 'string') data[name] = normal(value);
  }
  return data;
}

function normalsOf(definition: EventDefinition): Normals {
  let normals = known.get(definition);
  if (normals === undefined) {
    normals = new Map(
      Object.entries(definition.data.shape).flatMap(([name, schema]) => {
        const normal = normalOf(schema);
        return normal === undefined ? [] : [[name, normal] as const];
      }),
    );
    known.set(definition, normals);
  }
  return normals;
}

function normalOf(schema: Schema): Normal | undefined {
  const kind = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (kind === email) return normalEmail;
  return kind === phone ? normalPhone : undefined;
}
