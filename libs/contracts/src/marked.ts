// Finds the marks of a schema, `.meta({ pii: true })` and `.meta({ secret: true })`, at any depth: optionals, objects,
// lists, unions. Everything below a mark is marked too.
import { z } from 'zod';

/** `pii`: personal data. `secret`: a credential. */
export type Mark = 'pii' | 'secret';

type Schema = z.core.$ZodType;

/** Names of the fields that have a mark, themselves or anywhere inside. */
export function markedFields(schema: z.ZodObject, mark: Mark): string[] {
  return Object.entries(schema.shape)
    .filter(([, field]) => isMarked(field, mark, new Set()))
    .map(([name]) => name);
}

/** The marked texts of a value; numbers as text. `value` is what the schema takes as input. */
export function markedTexts(schema: Schema, mark: Mark, value: unknown): string[] {
  if (hasMark(schema, mark)) return textsIn(value);
  return partsOf(schema).flatMap((part) =>
    part.of(value).flatMap((inner) => (inner === undefined ? [] : markedTexts(part.schema, mark, inner))),
  );
}

function hasMark(schema: Schema, mark: Mark): boolean {
  return z.globalRegistry.get(schema)?.[mark] === true;
}

/** `seen`: a schema may contain itself. */
function isMarked(schema: Schema, mark: Mark, seen: Set<Schema>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return hasMark(schema, mark) || partsOf(schema).some((part) => isMarked(part.schema, mark, seen));
}

/** A schema inside another one, and which parts of a value it describes. */
interface Part {
  readonly schema: Schema;
  readonly of: (value: unknown) => readonly unknown[];
}

const whole = (schema: Schema): Part => ({ schema, of: (value) => [value] });

function partsOf(schema: Schema): readonly Part[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const names = Object.keys(def.shape);
      const fields = names.map((name): Part => {
        return { schema: def.shape[name] as Schema, of: (value) => [objectOf(value)[name]] };
      });
      if (def.catchall === undefined) return fields;
      const others = (value: unknown) =>
        Object.entries(objectOf(value)).flatMap(([name, other]) => (names.includes(name) ? [] : [other]));
      return [...fields, { schema: def.catchall, of: others }];
    }
    case 'record':
      return [{ schema: def.valueType, of: (value) => Object.values(objectOf(value)) }];
    case 'array':
      return [{ schema: def.element, of: listOf }];
    case 'tuple': {
      const items = def.items.map((item, at): Part => ({ schema: item, of: (value) => [listOf(value)[at]] }));
      if (def.rest === null) return items;
      return [...items, { schema: def.rest, of: (value) => listOf(value).slice(items.length) }];
    }
    case 'union':
      return def.options.map(whole);
    case 'intersection':
      return [whole(def.left), whole(def.right)];
    case 'pipe':
      return [whole(def.in), whole(def.out)];
    case 'lazy':
      return [whole(def.getter())];
    default:
      return 'innerType' in def ? [whole(def.innerType)] : [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return Object.values(objectOf(value)).flatMap(textsIn);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
