// The settings of an integration, validated and with their secrets decrypted: from its row, or from a job that carries
// settings that are not saved yet.
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
import { type Job, unsavedSettings } from '@switchboard/ledger';
import { jobSecretPlace, type SecretBox, SecretError, type StoredSettings } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { z } from 'zod';
import { cachedMask, type MaskSource } from '../secrecy/secret-mask.ts';

/** Validated when it is read: the row may hold any JSON. */
const storedParts = z.object({
  config: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.string()),
});
const tenantParts = z.object({ mapping, rules: z.array(rule), delivery: deliverySettings });

/** Settings that an integration can be delivered with. */
export interface UsableSettings {
  readonly ok: true;
  readonly config: Record<string, unknown>;
  readonly mapping: Mapping;
  readonly rules: readonly Rule[];
  readonly delivery: DeliverySettings;
  /** Masks the integration's secrets, and those given, in what is stored about its calls. */
  readonly mask: MaskSource;
}

/** Settings that cannot be used. */
export interface UnusableSettings {
  readonly ok: false;
  readonly reason: string;
  /** A secret was encrypted with a key that ENCRYPTION_KEY does not have. That is not the tenant's fault. */
  readonly keyUnknown?: true;
}

/** An integration's settings, or the reason why they cannot be used. */
export type Settings = UsableSettings | UnusableSettings;

/** Reads settings. `open` decrypts the secret of a field, and throws SecretError when it cannot. */
export function readSettings(
  sink: Sink,
  stored: StoredSettings,
  open: (sealed: string, field: string) => string,
): Settings {
  const parts = storedParts.safeParse(stored);
  if (!parts.success) return { ok: false, reason: schemaFaults(parts.error) };
  const { config: plain, secrets: sealed } = parts.data;
  const exposed = markedFields(sink.config, 'secret').filter((field) => Object.hasOwn(plain, field));
  if (exposed.length > 0) {
    return { ok: false, reason: `${exposed.join(', ')}: is a secret; move it from "config" to "secrets"` };
  }
  try {
    const opened = Object.entries(sealed).map(
      ([field, text]) => [field, secretValue(sink, field, open(text, field))] as const,
    );
    const config = { ...plain, ...Object.fromEntries(opened) };
    const parsed = sink.config.safeParse(config);
    if (!parsed.success) return { ok: false, reason: schemaFaults(parsed.error) };
    const rest = tenantParts.safeParse(stored);
    if (!rest.success) return { ok: false, reason: schemaFaults(rest.error) };
    const mask = cachedMask([
      ...opened.flatMap(([, value]) => (typeof value === 'string' ? [value] : [])),
      ...markedTexts(sink.config, 'secret', config),
    ]);
    return { ok: true, config: parsed.data, ...rest.data, mask };
  } catch (error) {
    if (error instanceof SecretError) {
      const keyUnknown = error.code === 'KEY_UNKNOWN' ? { keyUnknown: true as const } : {};
      return { ok: false, reason: error.message, ...keyUnknown };
    }
    // The schema is the sink's code. If this error were thrown, nobody's settings could be read. Its message may contain a
    // secret, so the reason has its name only.
    const name = error instanceof Error ? error.name : typeof error;
    return {
      ok: false,
      reason: `reading the settings: the sink threw ${name}, which is a bug in it; fix the sink or the settings`,
    };
  }
}

/** Reads the rules, which hold whether or not the other settings can be used; undefined when they are invalid. */
export function readRules(stored: Pick<StoredSettings, 'rules'>): readonly Rule[] | undefined {
  return tenantParts.shape.rules.safeParse(stored.rules).data;
}

/** Reads the settings that a job carries. */
export function settingsOfJob(sink: Sink, { id, tenantId, settings }: Job, box: SecretBox): Settings {
  const given = unsavedSettings.safeParse(settings);
  if (!given.success) return { ok: false, reason: schemaFaults(given.error) };
  return readSettings(sink, given.data, (sealed, field) =>
    box.open(sealed, jobSecretPlace(tenantId, id, field)),
  );
}

/** The value of a decrypted field: a field that is not a string but contains a secret is encrypted as a whole, as JSON. */
function secretValue(sink: Sink, field: string, text: string): unknown {
  const schema = sink.config.shape[field] as z.core.$ZodType | undefined;
  if (schema === undefined || takesText(schema)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // The schema of the field says what is wrong with it.
    return text;
  }
}

function takesText(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'union') return def.options.some(takesText);
  if (def.type === 'pipe') return takesText(def.in);
  return def.type === 'string' || ('innerType' in def && takesText(def.innerType));
}
