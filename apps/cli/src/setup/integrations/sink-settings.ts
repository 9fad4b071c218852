// Finds what the sinks would refuse in a file of integrations: by their schemas in `sink_catalog`, so that no sink has
// to be imported, and by the addresses that may be called. Host names are checked only when they are called.
import { type AllowList, literalRefusal, parseAllowList } from '@switchboard/egress';
import type { Database } from '@switchboard/postgres';
import { z } from 'zod';
import type { IntegrationEntry, IntegrationsFile, Path } from './integrations-file.ts';

/** A sink of the catalogue. */
export interface KnownSink {
  readonly name: string;
  /** JSON Schema of its settings, config and secrets together. */
  readonly json_schema: JsonSchema;
  readonly ui: readonly { readonly name: string; readonly secret: boolean }[];
}

type SchemaPart = Parameters<typeof z.fromJSONSchema>[0] | undefined;
type JsonSchema = Exclude<Parameters<typeof z.fromJSONSchema>[0], boolean>;

/** A fault and its place in the file. */
export interface SettingsFault {
  readonly path: Path;
  readonly message: string;
}

/** The sinks of the catalogue: those that have run with this database. */
export function knownSinks(database: Database): Promise<KnownSink[]> {
  return database.query<KnownSink>('select name, json_schema, ui from sink_catalog order by name');
}

/**
 * What the sinks would refuse. Before the first sink has started the result is empty. `allow`: what they may call
 * beside public addresses, by default EGRESS_ALLOW. Throws RangeError if that is invalid.
 */
export function refusedBySinks(
  file: IntegrationsFile,
  sinks: readonly KnownSink[],
  allow: AllowList = parseAllowList(process.env['EGRESS_ALLOW'] ?? ''),
): SettingsFault[] {
  if (sinks.length === 0) return [];
  return file.integrations.flatMap((entry, index) => {
    const sink = sinks.find(({ name }) => name === entry.sink);
    const faults = sink === undefined ? [noSuchSink(entry, sinks)] : refusedBy(sink, entry, allow);
    return faults.map(({ path, message }) => ({ path: ['integrations', index, ...path], message }));
  });
}

function noSuchSink({ sink }: IntegrationEntry, sinks: readonly KnownSink[]): SettingsFault {
  const known = sinks.map(({ name }) => name).join(', ');
  return { path: ['sink'], message: `no sink "${sink}" has run here; known are ${known}` };
}

function refusedBy(
  { name, json_schema: schema, ui }: KnownSink,
  entry: IntegrationEntry,
  allow: AllowList,
): SettingsFault[] {
  const fields = new Map(ui.map((field) => [field.name, field]));
  const placeOf = (field: PropertyKey) =>
    field in entry.secrets || (fields.get(String(field))?.secret && !(field in entry.config))
      ? 'secrets'
      : 'config';
  const misplaced = [...Object.keys(entry.config), ...Object.keys(entry.secrets)].flatMap((field) => {
    const path = [placeOf(field), field];
    const known = fields.get(field);
    if (known === undefined) {
      const names = [...fields.keys()].join(', ');
      return [{ path, message: `is not a setting of ${name}; it has ${names}` }];
    }
    if (!known.secret || field in entry.secrets) return [];
    return [{ path, message: 'is a secret; move it from "config" to "secrets"' }];
  });
  const secrets = Object.entries(entry.secrets).map(([field, text]) => [
    field,
    secretValue(schema, field, text),
  ]);
  const settings = { ...entry.config, ...Object.fromEntries(secrets) };
  const { error } = z.fromJSONSchema(schema).safeParse(settings);
  const refused = (error?.issues ?? []).map(({ path, message }) => {
    const [field = '', ...deeper] = path;
    return {
      path: [placeOf(field), field, ...deeper],
      message: field in settings ? message : `is missing; ${name} needs it`,
    };
  });
  const unreachable = urlsIn(schema, settings).flatMap(({ path: [field = '', ...deeper], url }) => {
    const reason = literalRefusal(url, { allow });
    if (reason === undefined) return [];
    const message = `may not be called: ${reason}; the operator of the sinks can allow it in EGRESS_ALLOW`;
    return [{ path: [placeOf(field), field, ...deeper], message }];
  });
  return [...misplaced, ...refused, ...unreachable];
}

/** All values that are URLs by the schema, at any depth. */
function urlsIn(schema: SchemaPart, value: unknown, path: Path = []): { path: Path; url: string }[] {
  if (typeof schema !== 'object') return [];
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  const alike = [...anyOf, ...oneOf, ...allOf].flatMap((part) => urlsIn(part, value, path));
  if (typeof value === 'string') return schema.format === 'uri' ? [{ path, url: value }] : alike;
  if (typeof value !== 'object' || value === null) return alike;
  const within = Object.entries(value).flatMap(([name, one]) => {
    const key = Array.isArray(value) ? Number(name) : name;
    const part = Array.isArray(value) ? items : (properties[name] ?? additionalProperties);
    return Array.isArray(part) ? [] : urlsIn(part, one, [...path, key]);
  });
  return [...alike, ...within];
}

/** The value of a secret. One that is not a text by the schema is given as JSON. */
function secretValue(schema: JsonSchema, field: string, text: string): unknown {
  const property = schema.properties?.[field];
  if (property === undefined || typeof property === 'boolean' || property.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
