// Where a schema has a mark (`.meta({ pii: true })`, `.meta({ secret: true })`), at any depth: on a field, inside what is
// optional, in objects, lists and choices. What stands below a mark is marked.
import { z } from 'zod';

/** `pii`: personal data. `secret`: a credential. */
export type Mark = 'pii' | 'secret';

type Schema = z.core.$ZodType;

/** Fields of an object that carry a mark, themselves or anywhere inside. */
export function markedFields(schema: z.ZodObject, mark: Mark): string[] {
  return Object.entries(schema.shape)
    .filter(([, field]) => isMarked(field, mark, new Set()))
    .map(([name]) => name);
}

/** Texts of a value, and numbers as text, that stand where its schema has a mark. The value is as the schema takes it. */
export function markedTexts(schema: Schema, mark: Mark, value: unknown): string[] {
  if (hasMark(schema, mark)) return textsIn(value);
  return partsOf(schema).flatMap((part) =>
    part.of(value).flatMap((inner) => (inner === undefined ? [] : markedTexts(part.schema, mark, inner))),
  );
}

function hasMark(schema: Schema, mark: Mark): boolean {
  return z.globalRegistry.get(schema)?.[mark] === true;
}

/** `seen`: schemas may hold themselves. */
function isMarked(schema: Schema, mark: Mark, seen: Set<Schema>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return hasMark(schema, mark) || partsOf(schema).some((part) => isMarked(part.schema, mark, seen));
}

/** A schema inside another, and what of a value it describes. */
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
