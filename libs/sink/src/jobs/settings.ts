// Settings that are tried before they are saved: read as those of an integration are, from the job that carries them.
import { deliverySettings, mapping, markedFields, rules } from '@switchboard/contracts';
import { jobSecretPlace, type SecretBox, SecretError } from '@switchboard/postgres';
import { z } from 'zod';
import type { Sink } from '../author/define-sink.ts';
import { faults } from '../author/sink-event.ts';
import type { Settings } from '../intake/integrations.ts';
import { masksOf } from '../intake/masks.ts';
import { type Job, unsavedSettings } from './job.ts';

const tenantSide = z.object({ mapping, rules, delivery: deliverySettings });

/** The settings that a job carries, or why they cannot work. */
export function settingsOf(sink: Sink, { id, tenantId, settings }: Job, box: SecretBox): Settings {
  const given = unsavedSettings.safeParse(settings);
  if (!given.success) return { ok: false, reason: faults(given.error) };
  const { config, secrets, ...side } = given.data;
  const exposed = markedFields(sink.config, 'secret').filter((field) => field in config);
  if (exposed.length > 0) {
    return { ok: false, reason: `${exposed.join(', ')}: is a secret; move it from "config" to "secrets"` };
  }
  try {
    const opened = Object.entries(secrets).map(
      ([field, sealed]) => [field, box.open(sealed, jobSecretPlace(tenantId, id, field))] as const,
    );
    const parsed = sink.config.safeParse({ ...config, ...Object.fromEntries(opened) });
    if (!parsed.success) return { ok: false, reason: faults(parsed.error) };
    const parsedSide = tenantSide.safeParse(side);
    if (!parsedSide.success) return { ok: false, reason: faults(parsedSide.error) };
    return {
      ok: true,
      config: parsed.data,
      ...parsedSide.data,
      mask: masksOf(opened.map(([, secret]) => secret)),
    };
  } catch (error) {
    if (error instanceof SecretError) return { ok: false, reason: error.message };
    throw error;
  }
}
