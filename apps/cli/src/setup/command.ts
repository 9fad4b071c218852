// Runs the `setup` verbs: what a release needs before its services start, and what an operator asks a running system.
import { type KafkaSettings, type Replication, threeCopies } from '@switchboard/kafka';
import { createDatabase, type Database, SecretBox } from '@switchboard/postgres';
import { type Config, createLogger, readConfig, settingRows } from '@switchboard/service';
import { readArgs, UsageError } from '../arguments.ts';
import { say, warn } from '../text.ts';
import type { Question } from './check.ts';
import { failureOf } from './failure.ts';
import { setUpIntegrations, setUpTables, setUpTopics } from './set-up.ts';
import { DONE, FAILED, help, options, settings, UNKNOWN } from './usage.ts';

interface Tools {
  readonly kafka: KafkaSettings;
  readonly replication: Replication;
  readonly database: Database;
  readonly key: Buffer[] | undefined;
}

/** Runs a command line without the word `setup`. Returns the exit code. */
export async function runSetup(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    const { sentence, exitCode } = failureOf(error);
    warn(`setup: ${sentence}`);
    return exitCode;
  }
}

type Values = ReturnType<typeof readArgs<typeof options>>['values'];

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, options);
  const [command, named] = positionals;
  if (values.help && values.json) return printed(JSON.stringify(settingRows(settings)));
  if (values.help || command === undefined) return printed(help);
  if (command === 'check' && named === 'model') return checkTheModel(values);
  const tools = openTools(readConfig(settings, process.env));
  try {
    return await runVerb(command, { tools, values, named });
  } finally {
    await tools.database.close();
  }
}

function openTools(config: Config<typeof settings>): Tools {
  const logger = createLogger('setup', config.LOG_LEVEL);
  return {
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
    key: config.ENCRYPTION_KEY,
  };
}

interface Call {
  readonly tools: Tools;
  readonly values: Values;
  /** The second word, for example the id of an integration. */
  readonly named: string | undefined;
}

async function runVerb(command: string, { tools, values, named }: Call): Promise<number> {
  const { kafka, replication, database, key } = tools;
  const { integrations: file, json } = values;
  switch (command) {
    case 'all':
      await setUpTopics(kafka, replication);
      await setUpTables(database);
      if (file !== undefined) await setUpIntegrations(database, { file, key, strict: false });
      return DONE;
    case 'topics':
      await setUpTopics(kafka, replication);
      return DONE;
    case 'tables':
      await setUpTables(database);
      return DONE;
    case 'integrations':
      await setUpIntegrations(database, { file, key, strict: true });
      return DONE;
    case 'status':
      return showStatus(tools, json);
    case 'check':
    case 'prepare':
      return askSink(command, named, tools, json);
    case 'report':
      return showReport(tools, values);
    default:
      throw new UsageError(`running setup: no command "${command}" (see --help)`);
  }
}

async function showStatus({ database, key }: Tools, json: boolean): Promise<number> {
  const { statusOf, statusText } = await import('./status.ts');
  const found = await statusOf(database);
  if (json) return printed(JSON.stringify(found));
  const { modelStatus, modelStatusText } = await import('./model-status.ts');
  const { countSealed, sealedText } = await import('./integrations/reseal.ts');
  const model = modelStatusText(await modelStatus(database));
  const sealed = key && sealedText(await countSealed(database, new SecretBox(key)));
  return printed(
    [statusText(found, Date.now()), model, sealed].filter((text) => text !== undefined).join('\n\n'),
  );
}

async function askSink(
  question: Question,
  integration: string | undefined,
  { database }: Tools,
  json: boolean,
): Promise<number> {
  if (integration === undefined) throw new UsageError(`${question}: give the id of an integration`);
  const { check } = await import('./check.ts');
  const checked = await check(database, integration, question);
  say(json ? JSON.stringify(checked) : `${checked.integration}  ${checked.says}`);
  if (checked.usable === null) return UNKNOWN;
  return checked.usable ? DONE : FAILED;
}

async function checkTheModel({ json }: Values): Promise<number> {
  const { checkModel } = await import('./check-model.ts');
  const asked = await checkModel(process.env);
  say(json ? JSON.stringify(asked) : `${asked.model}  ${asked.says}`);
  return asked.usable ? DONE : FAILED;
}

async function showReport({ kafka, database }: Tools, { since: given, json }: Values): Promise<number> {
  const since = given === undefined ? 0 : Date.parse(given);
  if (Number.isNaN(since)) throw new UsageError(`reading --since: "${given}" is not an RFC 3339 time`);
  const { report, reportText } = await import('./report.ts');
  const result = await report(kafka, database, since);
  return printed(json ? JSON.stringify(result) : reportText(result));
}

function printed(text: string): number {
  say(text);
  return DONE;
}
