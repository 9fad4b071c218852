// A sink's entry in the catalogue: the schema of its settings, the events it accepts, and its limits.
import { markedFields } from '@switchboard/contracts';
import type { CatalogEntry, CatalogField } from '@switchboard/ledger';
import type { Sink } from '@switchboard/sink';
import { z } from 'zod';

/** The entry of a sink. */
export function catalogEntry(sink: Sink): CatalogEntry {
  const { perSecond = null, concurrency = null } = sink.limits ?? {};
  // What JSON Schema cannot express is left open there, and the sink refuses it.
  const schema = z.toJSONSchema(sink.config, { io: 'input', unrepresentable: 'any' });
  return {
    name: sink.name,
    json_schema: schema,
    ui: fieldsOf(sink.config, schema),
    accepts: sink.accepts.map(({ type }) => type),
    limits: { per_second: perSecond, concurrency },
    idempotency: sink.idempotency,
    stability: sink.stability ?? 'beta',
    has_check: sink.check !== undefined,
    has_prepare: sink.prepare !== undefined,
  };
}

function fieldsOf(config: z.ZodObject, schema: z.core.JSONSchema.BaseSchema): CatalogField[] {
  const secrets = new Set(markedFields(config, 'secret'));
  const required = new Set(schema.required);
  return Object.keys(config.shape).map((name) => {
    const { title = null, description = null } = Object(schema.properties?.[name]) as {
      readonly title?: string;
      readonly description?: string;
    };
    return { name, title, description, secret: secrets.has(name), required: required.has(name) };
  });
}
