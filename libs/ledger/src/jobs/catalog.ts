// What a sink is, written down for whoever manages integrations and imports no sink: its settings, what it takes, what
// the other side is known to allow.
import type { Database } from '@switchboard/postgres';

/** A field of a sink's settings, as a form shows it. */
export interface CatalogField {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** It is secret, or something in it is: stored sealed, as JSON where it is no text, and never shown again. */
  readonly secret: boolean;
  readonly required: boolean;
}

/** A row of `sink_catalog`. */
export interface CatalogEntry {
  readonly name: string;
  /** JSON Schema of the settings, as people give them. */
  readonly json_schema: object;
  /** In the order of the sink. */
  readonly ui: readonly CatalogField[];
  readonly accepts: readonly string[];
  readonly limits: { readonly per_second: number | null; readonly concurrency: number | null };
  readonly idempotency: string;
  readonly stability: string;
  readonly has_check: boolean;
  readonly has_prepare: boolean;
}

const announceSql = `
  insert into sink_catalog (name, json_schema, ui, accepts, limits, idempotency, stability, has_check,
    has_prepare)
  select name, json_schema, ui, accepts, limits, idempotency, stability, has_check, has_prepare
  from jsonb_to_recordset($1::jsonb) as s(name text, json_schema jsonb, ui jsonb, accepts text[], limits jsonb,
    idempotency text, stability text, has_check boolean, has_prepare boolean)
  order by name
  on conflict (name) do update set json_schema = excluded.json_schema, ui = excluded.ui, accepts = excluded.accepts,
    limits = excluded.limits, idempotency = excluded.idempotency, stability = excluded.stability,
    has_check = excluded.has_check, has_prepare = excluded.has_prepare, seen_at = now()`;

/** Writes these sinks into the catalogue. */
export async function announce(db: Database, entries: readonly CatalogEntry[]): Promise<void> {
  await db.query(announceSql, [JSON.stringify(entries)]);
}
