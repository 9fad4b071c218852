// How an event type is declared: type, schema, ordering key, PII marks (zod meta) and example together in one object.
import { z } from 'zod';

declare module 'zod' {
  interface GlobalMeta {
    /** Personal data: never logged, masked before it leaves for a model. */
    pii?: boolean;
    /** A credential: stored encrypted, never shown again. */
    secret?: boolean;
  }
}

/** One event of the sender's catalogue. `Data` is the shape of the envelope's `data`. */
export interface EventDefinition<Data extends z.ZodObject = z.ZodObject, Type extends string = string> {
  readonly type: Type;
  readonly data: Data;
  /** Fields of `data` with the id of what the event is about: the ordering key if there is no conversation. */
  readonly entity: readonly string[];
  readonly example: z.output<Data>;
}

/**
 * Declares an event type. Schemas are loose: a new field of the sender never makes an event invalid.
 * Throws ZodError when the module loads if the example does not match: a wrong one cannot be published.
 */
export function defineEvent<const Shape extends z.ZodRawShape, const Type extends string>(declaration: {
  type: Type;
  data: Shape;
  entity?: readonly string[];
  example: z.output<z.ZodObject<Shape, z.core.$loose>>;
}): EventDefinition<z.ZodObject<Shape, z.core.$loose>, Type> {
  const data = z.looseObject(declaration.data);
  data.parse(declaration.example);
  return { type: declaration.type, data, entity: declaration.entity ?? [], example: declaration.example };
}
