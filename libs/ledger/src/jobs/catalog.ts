// The catalogue of sinks (`sink_catalog`), for whoever manages integrations without importing a sink: the settings of each
// sink, the events that it accepts, and the limits of its vendor.
import type { Database } from '@switchboard/postgres';

/** A field of a sink's settings, for a form. */
export interface CatalogField {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** It is or contains a secret: stored encrypted (as JSON when it is not a text) and never shown again. */
  readonly secret: boolean;
  readonly required: boolean;
}

/** A row of `sink_catalog`. */
export interface CatalogEntry {
  readonly name: string;
  /** JSON Schema of the settings as people enter them. */
  readonly json_schema: object;
  /** In the order in which the sink declares them. */
  readonly ui: readonly CatalogField[];
  readonly accepts: readonly string[];
  readonly limits: { readonly per_second: number | null; readonly concurrency: number | null };
  readonly idempotency: string;
  readonly stability: string;
  readonly has_check: boolean;
  readonly has_prepare: boolean;
}

const updateSql = `
  insert into sink_catalog (name, json_schema, ui, accepts, limits, idempotency, stability, has_check,
    has_prepare)
  select name, json_schema, ui, accepts, limits, idempotency, stability, has_check, has_prepare
  from jsonb_to_recordset($1::jsonb) as s(name text, json_schema jsonb, ui jsonb, accepts text[], limits jsonb,
    idempotency text, stability text, has_check boolean, has_prepare boolean)
  order by name
  on conflict (name) do update set json_schema = excluded.json_schema, ui = excluded.ui, accepts = excluded.accepts,
    limits = excluded.limits, idempotency = excluded.idempotency, stability = excluded.stability,
    has_check = excluded.has_check, has_prepare = excluded.has_prepare, seen_at = now()`;

/** Adds sinks to the catalogue, or updates their entries. */
export async function updateCatalog(db: Database, entries: readonly CatalogEntry[]): Promise<void> {
  await db.query(updateSql, [JSON.stringify(entries)]);
}
