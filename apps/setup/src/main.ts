// The explicit, idempotent step before services start: topics, tables, integrations. And the report of what arrived.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { allTopics } from '@switchboard/contracts';
import { ensureTopics, type KafkaSettings } from '@switchboard/kafka';
import { createDatabase, type Database, migrate, SecretBox } from '@switchboard/postgres';
import {
  baseSettings,
  ConfigError,
  createLogger,
  encryptionKey,
  helpText,
  readConfig,
  settingRows,
} from '@switchboard/service';
import { applyIntegrations, oddities } from './apply-integrations.ts';
import { IntegrationsFileError, parseIntegrations } from './integrations-file.ts';
import { report } from './report.ts';

const { HOST: _host, ...shared } = baseSettings;
const settings = {
  ...shared,
  ENCRYPTION_KEY: encryptionKey.optional().meta(encryptionKey.meta() ?? {}),
} as const;

const USAGE = `setup COMMAND [options]

  all            topics, tables and, with --integrations, the integrations
  topics         create missing topics, check and mend existing ones
  tables         apply migrations
  integrations   apply --integrations FILE to the tables
  report         what arrived where

  --integrations FILE   integrations.yaml
  --since TIME          report: RFC 3339 moment to count from (default: everything)
  --json                report, --help: for machines

`;

interface Tools {
  readonly kafka: KafkaSettings;
  readonly database: Database;
  readonly file: string | undefined;
  readonly key: Buffer[] | undefined;
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function setUpTopics({ kafka }: Tools): Promise<void> {
  const done = await ensureTopics(kafka, allTopics);
  say(
    `topics        ${done.created.length} created, ${done.updated.length} changed, ${done.kept.length} as they should be`,
  );
}

async function setUpTables({ database }: Tools): Promise<void> {
  const applied = await migrate(database);
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

async function setUpIntegrations({ database, file, key }: Tools): Promise<void> {
  if (file === undefined)
    throw new ConfigError('applying integrations: name the file with --integrations FILE');
  if (key === undefined) throw new ConfigError('applying integrations: set ENCRYPTION_KEY');
  const parsed = parseIntegrations(await readText(file), file, process.env);
  const done = await applyIntegrations(database, new SecretBox(key), parsed);
  for (const oddity of await oddities(database, parsed)) process.stderr.write(`warning: ${oddity}\n`);
  say(
    `integrations  ${done.created.length} created, ${done.changed.length} changed, ${done.unchanged.length} unchanged`,
  );
  for (const one of done.enabled) say(`              switched on again: ${one}`);
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
  const config = readConfig(settings, process.env);
  const logger = createLogger('setup', config.LOG_LEVEL);
  const tools: Tools = {
    kafka: { brokers: config.KAFKA_BROKERS, clientId: 'setup', topicPrefix: config.TOPIC_PREFIX, logger },
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
        if (tools.file !== undefined) await setUpIntegrations(tools);
        return;
      case 'topics':
        return await setUpTopics(tools);
      case 'tables':
        return await setUpTables(tools);
      case 'integrations':
        return await setUpIntegrations(tools);
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

function reportText(result: Awaited<ReturnType<typeof report>>): string {
  const rows: [string, string | number][] = [
    ...Object.entries(result.topics),
    ...result.deliveries.map(({ sink, state, count }): [string, number] => [`${sink} ${state}`, count]),
    ['p50 accepted to effect, ms', result.latency.p50_ms?.toFixed(0) ?? '-'],
    ['p99 accepted to effect, ms', result.latency.p99_ms?.toFixed(0) ?? '-'],
    ['conservation', result.conservation.holds ? 'holds' : result.conservation.problems.join('; ')],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n');
}

run().catch((error: unknown) => {
  const wrongUse =
    error instanceof ConfigError || error instanceof IntegrationsFileError || isArgumentError(error);
  process.stderr.write(
    `setup: ${error instanceof Error ? (wrongUse ? error.message : error.stack) : error}\n`,
  );
  process.exitCode = wrongUse ? 2 : 1;
});

function isArgumentError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('ERR_PARSE_ARGS');
}
