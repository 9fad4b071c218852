// Settings that are tried before they are saved: read as those of an integration are, from the job that carries them.
import { schemaFaults } from '@switchboard/contracts';
import { type Job, unsavedSettings } from '@switchboard/ledger';
import { jobSecretPlace, type SecretBox } from '@switchboard/postgres';
import type { Sink } from '@switchboard/sink';
import { readSettings, type Settings } from './settings.ts';

/** The settings that a job carries, or why they cannot work. */
export function settingsOf(sink: Sink, { id, tenantId, settings }: Job, box: SecretBox): Settings {
  const given = unsavedSettings.safeParse(settings);
  if (!given.success) return { ok: false, reason: schemaFaults(given.error) };
  return readSettings(sink, given.data, (sealed, field) =>
    box.open(sealed, jobSecretPlace(tenantId, id, field)),
  );
}
