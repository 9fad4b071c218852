// What an integration is delivered with, read from what is stored of it, or from a job that carries what is not saved:
// checked, with its secrets opened.
import {
  type DeliverySettings,
  deliverySettings,
  type Mapping,
  mapping,
  markedFields,
  markedTexts,
  type Rule,
  rule,
  schemaFaults,
} from '@switchboard/contracts';
import { SecretError, type StoredSettings } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { z } from 'zod';
import { masksOf } from '../secrecy/masks.ts';

/** Checked when it is read: whoever wrote the row may have stored any JSON. */
const storedParts = z.object({
  config: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.string()),
});
const tenantSide = z.object({ mapping, rules: z.array(rule), delivery: deliverySettings });

/** An integration's settings, or why it has none. */
export type Settings =
  | {
      readonly ok: true;
      readonly config: Record<string, unknown>;
      readonly mapping: Mapping;
      readonly rules: readonly Rule[];
      readonly delivery: DeliverySettings;
      /** Hides the integration's secrets, and those given, from what is stored about its calls. */
      readonly mask: ReturnType<typeof masksOf>;
    }
  | { readonly ok: false; readonly reason: string };

/** Reads settings; `open` opens what is sealed for a field, and throws SecretError where it cannot. */
export function readSettings(
  sink: Sink,
  stored: StoredSettings,
  open: (sealed: string, field: string) => string,
): Settings {
  const parts = storedParts.safeParse(stored);
  if (!parts.success) return { ok: false, reason: schemaFaults(parts.error) };
  const { config: shown, secrets: sealedTexts } = parts.data;
  const exposed = markedFields(sink.config, 'secret').filter((field) => Object.hasOwn(shown, field));
  if (exposed.length > 0) {
    return { ok: false, reason: `${exposed.join(', ')}: is a secret; move it from "config" to "secrets"` };
  }
  try {
    const secrets = Object.entries(sealedTexts).map(
      ([field, sealed]) => [field, open(sealed, field)] as const,
    );
    const opened = secrets.map(([field, text]) => [field, meant(sink, field, text)] as const);
    const config = { ...shown, ...Object.fromEntries(opened) };
    const parsed = sink.config.safeParse(config);
    if (!parsed.success) return { ok: false, reason: schemaFaults(parsed.error) };
    const side = tenantSide.safeParse(stored);
    if (!side.success) return { ok: false, reason: schemaFaults(side.error) };
    const mask = masksOf([
      ...opened.flatMap(([, value]) => (typeof value === 'string' ? [value] : [])),
      ...markedTexts(sink.config, 'secret', config),
    ]);
    return { ok: true, config: parsed.data, ...side.data, mask };
  } catch (error) {
    if (error instanceof SecretError) return { ok: false, reason: error.message };
    // The schema is the sink's code. Thrown on, it would keep the settings of everybody else from being read. Its message may
    // quote a secret.
    const name = error instanceof Error ? error.name : typeof error;
    return {
      ok: false,
      reason: `reading the settings: the sink threw ${name}, which is a bug in it; mend the sink or the settings`,
    };
  }
}

/** What a sealed text means: a field that is no text but has a secret inside is sealed as a whole, as JSON. */
function meant(sink: Sink, field: string, text: string): unknown {
  const schema = sink.config.shape[field] as z.core.$ZodType | undefined;
  if (schema === undefined || takesText(schema)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // As it is: the field says what it should be.
    return text;
  }
}

function takesText(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'union') return def.options.some(takesText);
  if (def.type === 'pipe') return takesText(def.in);
  return def.type === 'string' || ('innerType' in def && takesText(def.innerType));
}
