// Settings that are tried before they are saved: read as those of an integration are, from the job that carries them.
import { jobSecretPlace, type SecretBox } from '@switchboard/postgres';
import type { Sink } from '../author/define-sink.ts';
import { faults } from '../author/sink-event.ts';
import { readSettings, type Settings } from '../intake/settings.ts';
import { type Job, unsavedSettings } from './job.ts';

/** The settings that a job carries, or why they cannot work. */
export function settingsOf(sink: Sink, { id, tenantId, settings }: Job, box: SecretBox): Settings {
  const given = unsavedSettings.safeParse(settings);
  if (!given.success) return { ok: false, reason: faults(given.error) };
  return readSettings(sink, given.data, (sealed, field) =>
    box.open(sealed, jobSecretPlace(tenantId, id, field)),
  );
}
