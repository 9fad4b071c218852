// The verbs that a release begins with: topics, tables, integrations. Each can be repeated safely.
import { readFile } from 'node:fs/promises';
import { allTopics } from '@switchboard/contracts';
import { ensureTopics, type KafkaSettings, type Replication } from '@switchboard/kafka';
import { type Database, migrate, SecretBox } from '@switchboard/postgres';
import { ConfigError } from '@switchboard/service';
import { applyIntegrations } from './integrations/apply-integrations.ts';
import { parseIntegrations, invalidFile } from './integrations/integrations-file.ts';
import { countSealed, sealedText } from './integrations/reseal.ts';
import { knownSinks, refusedBySinks } from './integrations/sink-settings.ts';
import { say, warn } from '../text.ts';

/** Creates missing topics, and corrects the settings of existing ones. */
export async function setUpTopics(kafka: KafkaSettings, replication: Replication): Promise<void> {
  const done = await ensureTopics(kafka, allTopics, replication);
  for (const line of done.warnings) warn(`warning: ${line}`);
  say(
    `topics        ${done.created.length} created, ${done.updated.length} changed, ${done.kept.length} up to date`,
  );
}

/** Applies migrations. */
export async function setUpTables(database: Database): Promise<void> {
  const applied = await migrate(database, (sentence) => say(`tables        ${sentence}`));
  say(`tables        ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
}

/** The file of integrations, and how strictly it is checked. */
export interface Applying {
  readonly file: string | undefined;
  readonly key: Buffer[] | undefined;
  /**
   * Whether a setting that a running sink would refuse is an error. Else it is a warning: newer sinks may start next.
   */
  readonly strict: boolean;
}

/** Applies a file of integrations. Throws ConfigError or IntegrationsFileError. */
export async function setUpIntegrations(database: Database, { file, key, strict }: Applying): Promise<void> {
  if (file === undefined)
    throw new ConfigError('applying integrations: give the file with --integrations FILE');
  if (key === undefined) throw new ConfigError('applying integrations: set ENCRYPTION_KEY');
  const parsed = parseIntegrations(await readText(file), file, process.env);
  const refused = refusedBySinks(parsed, await knownSinks(database)).map(({ path, message }) =>
    parsed.faultLine(path, message),
  );
  if (strict && refused.length > 0) throw invalidFile(refused);
  const box = new SecretBox(key);
  const done = await applyIntegrations(database, box, parsed);
  for (const row of refused) warn(`warning: ${row}`);
  say(
    `integrations  ${done.created.length} created, ${done.changed.length} changed, ${done.unchanged.length} unchanged`,
  );
  for (const one of done.enabled) say(`              switched on again: ${one}`);
  if (done.resealed > 0)
    say(`              ${done.resealed} stored secrets encrypted again with the first key`);
  const sealed = sealedText(await countSealed(database, box));
  if (sealed !== undefined) say(sealed);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(
      `applying integrations: ${file} cannot be read (${code}); give a file that exists and is readable`,
      { cause },
    );
  }
}
