// The explicit, idempotent step before services start: topics, tables, integrations. And the report of what arrived.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { allTopics, InfrastructureError } from '@switchboard/contracts';
import {
  ensureTopics,
  type KafkaSettings,
  type Replication,
  threeCopies,
  TopicMismatchError,
} from '@switchboard/kafka';
import {
  createDatabase,
  type Database,
  migrate,
  SecretBox,
  StatementRefusedError,
  UnusableDatabaseError,
} from '@switchboard/postgres';
import {
  baseSettings,
  ConfigError,
  createLogger,
  encryptionKey,
  helpText,
  readConfig,
  settingRows,
  wholeNumber,
} from '@switchboard/service';
import { z } from 'zod';
import { applyIntegrations } from './apply-integrations.ts';
import { check } from './check.ts';
import { checkModel } from './check-model.ts';
import { IntegrationsFileError, parseIntegrations, unusable } from './integrations-file.ts';
import { modelStatus, modelStatusText } from './model-status.ts';
import { report, reportText } from './report.ts';
import { countSealed, sealedText } from './reseal.ts';
import { statusOf, statusText } from './status.ts';
import { knownSinks, refusedBySinks } from './sink-settings.ts';

const { HOST: _host, ...shared } = baseSettings;
const settings = {
  ...shared,
  ENCRYPTION_KEY: encryptionKey.optional().meta(encryptionKey.meta() ?? {}),
  KAFKA_REPLICATION_FACTOR: wholeNumber(
    1,
    9,
    threeCopies.replicationFactor,
    'Copies of each topic that the cluster is meant to have; 1 for a single broker',
  ),
  KAFKA_MIN_INSYNC_REPLICAS: z.coerce.number().int().min(1).max(9).optional().meta({
    description: 'Copies that must have a record; 2, or 1 where there is one copy. Never lowered on a topic',
  }),
} as const;

const FAILED = 1;
const WRONG_USE = 2;
const UNKNOWN = 3;
const NO_SUCH_TABLE = '42P01';
const NO_TABLES = 'there are no tables of ours; run setup tables, or set DATABASE_SCHEMA';
const USAGE = `setup COMMAND [options]

  all            topics, tables and, with --integrations, the integrations
  topics         create missing topics, check and mend existing ones
  tables         apply migrations
  integrations   apply --integrations FILE to the tables; refused where a sink that runs here would refuse it
  status         how every integration stands, what waits for it, and how the model has done of late
  check ID       asks the sink of an integration whether it is usable
  prepare ID     lets it make what it needs on the other side, such as HubSpot's properties
  check model    asks the configured model (OPENAI_*, MODEL_*) one question, and says what is wrong
  report         what arrived where

  --integrations FILE   integrations.yaml
  --since TIME          report: RFC 3339 moment to count from (default: everything)
  --json                status, check, prepare, report, --help: for machines

Exit code 0: done; 1: it failed, or the integration is not usable; 2: the command line, a setting or the file was wrong;
3: the integration cannot be checked, or needs no preparing, because its sink has nothing of that kind.

`;

interface Tools {
  readonly kafka: KafkaSettings;
  readonly replication: Replication;
  readonly database: Database;
  readonly file: string | undefined;
  readonly key: Buffer[] | undefined;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function setUpTopics({ kafka, replication }: Tools): Promise<void> {
  const done = await ensureTopics(kafka, allTopics, replication);
  for (const line of done.warnings) process.stderr.write(`warning: ${line}\n`);
  say(
    `topics        ${done.created.length} created, ${done.updated.length} changed, ${done.kept.length} as they should be`,
  );
}

async function setUpTables({ database }: Tools): Promise<void> {
  const applied = await migrate(database, (sentence) => say(`tables        ${sentence}`));
  say(`tables        ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(
      `applying integrations: ${file} cannot be read (${code}); name a file that is there`,
      { cause },
    );
  }
}

/** `strict`: what a sink that runs here would refuse is a fault. Else it is a warning: newer sinks may start next. */
async function setUpIntegrations({ database, file, key }: Tools, strict: boolean): Promise<void> {
  if (file === undefined)
    throw new ConfigError('applying integrations: name the file with --integrations FILE');
  if (key === undefined) throw new ConfigError('applying integrations: set ENCRYPTION_KEY');
  const parsed = parseIntegrations(await readText(file), file, process.env);
  const refused = refusedBySinks(parsed, await knownSinks(database)).map(({ path, message }) =>
    parsed.told(path, message),
  );
  if (strict && refused.length > 0) throw unusable(refused);
  const box = new SecretBox(key);
  const done = await applyIntegrations(database, box, parsed);
  for (const row of refused) process.stderr.write(`warning: ${row}\n`);
  say(
    `integrations  ${done.created.length} created, ${done.changed.length} changed, ${done.unchanged.length} unchanged`,
  );
  for (const one of done.enabled) say(`              switched on again: ${one}`);
  if (done.resealed > 0) say(`              ${done.resealed} secrets sealed anew, of all that are stored`);
  const sealed = sealedText(await countSealed(database, box));
  if (sealed !== undefined) say(sealed);
}

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      integrations: { type: 'string' },
      since: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const command = positionals[0];
  if (values.help && values.json) return say(JSON.stringify(settingRows(settings)));
  if (values.help || command === undefined) return say(USAGE + helpText('setup', settings));
  if (command === 'check' && positionals[1] === 'model') {
    const asked = await checkModel(process.env);
    if (!asked.usable) process.exitCode = FAILED;
    return say(values.json ? JSON.stringify(asked) : `${asked.model}  ${asked.says}`);
  }
  const config = readConfig(settings, process.env);
  const logger = createLogger('setup', config.LOG_LEVEL);
  const tools: Tools = {
    kafka: { brokers: config.KAFKA_BROKERS, clientId: 'setup', topicPrefix: config.TOPIC_PREFIX, logger },
    replication: {
      replicationFactor: config.KAFKA_REPLICATION_FACTOR,
      minInsyncReplicas:
        config.KAFKA_MIN_INSYNC_REPLICAS ??
        Math.min(config.KAFKA_REPLICATION_FACTOR, threeCopies.minInsyncReplicas),
    },
    database: createDatabase({
      url: config.DATABASE_URL,
      schema: config.DATABASE_SCHEMA,
      applicationName: 'setup',
      logger,
    }),
    file: values.integrations,
    key: config.ENCRYPTION_KEY,
  };
  try {
    switch (command) {
      case 'all':
        await setUpTopics(tools);
        await setUpTables(tools);
        if (tools.file !== undefined) await setUpIntegrations(tools, false);
        return;
      case 'topics':
        return await setUpTopics(tools);
      case 'tables':
        return await setUpTables(tools);
      case 'integrations':
        return await setUpIntegrations(tools, true);
      case 'status': {
        const found = await statusOf(tools.database);
        if (values.json) return say(JSON.stringify(found));
        const model = modelStatusText(await modelStatus(tools.database));
        say(statusText(found, Date.now()));
        if (model !== undefined) say(`\n${model}`);
        const { key } = tools;
        const sealed =
          key === undefined ? undefined : sealedText(await countSealed(tools.database, new SecretBox(key)));
        if (sealed !== undefined) say(`\n${sealed}`);
        return;
      }
      case 'check':
      case 'prepare': {
        if (positionals[1] === undefined) throw new ConfigError(`${command}: name the integration`);
        const checked = await check(tools.database, positionals[1], command);
        if (checked.usable !== true) process.exitCode = checked.usable === null ? UNKNOWN : FAILED;
        return say(values.json ? JSON.stringify(checked) : `${checked.integration}  ${checked.says}`);
      }
      case 'report': {
        const since = values.since === undefined ? 0 : Date.parse(values.since);
        if (Number.isNaN(since))
          throw new ConfigError(`reading --since: "${values.since}" is not an RFC 3339 moment`);
        const result = await report(tools.kafka, tools.database, since);
        return say(values.json ? JSON.stringify(result) : reportText(result));
      }
      default:
        throw new ConfigError(`running setup: no command "${command}" (see --help)`);
    }
  } finally {
    await tools.database.close();
  }
}

run().catch((error: unknown) => {
  const noTables = error instanceof StatementRefusedError && error.sqlState === NO_SUCH_TABLE;
  const wrongUse =
    error instanceof ConfigError ||
    error instanceof UnusableDatabaseError ||
    error instanceof IntegrationsFileError ||
    isArgumentError(error);
  const plain = wrongUse || error instanceof TopicMismatchError || error instanceof InfrastructureError;
  process.stderr.write(`setup: ${noTables ? NO_TABLES : sentence(error, plain)}\n`);
  process.exitCode = noTables || wrongUse ? WRONG_USE : FAILED;
});

function sentence(error: unknown, plain: boolean): string {
  if (!(error instanceof Error)) return String(error);
  // Node's advice about positional arguments opens a quote that never ends.
  const advice = /\. To specify a positional argument starting with .*$/s;
  return plain ? error.message.replace(advice, '') : (error.stack ?? error.message);
}

function isArgumentError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('ERR_PARSE_ARGS');
}
