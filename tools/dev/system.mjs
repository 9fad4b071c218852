// Starts the whole system step by step, and keeps it running.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeDemoIntegrations } from './demo-integrations.mjs';
import { ensureTools } from '../servers/java.mjs';
import { fetchJars, haveJars } from '../servers/kafka-jars.mjs';
import { startKafka } from '../servers/kafka.mjs';
import { startPostgres } from '../servers/postgres.mjs';
import { assertReachable } from '../servers/reachable.mjs';
import { run } from '../processes/run.mjs';
import { childEnv } from '../processes/child-env.mjs';
import { listServices, startService, urlOf } from './services.mjs';

/**
 * @typedef {object} Launch
 * @property {string} root
 * @property {import('./options.mjs').Options} options
 * @property {import('./secrets.mjs').Secrets} secrets
 * @property {import('../command-line/progress.mjs').Progress} progress
 * @property {import('../processes/guard.mjs').Guard} guard
 * @property {import('./supervisor.mjs').Supervisor} supervisor
 */

/**
 * @param {Launch} launch
 * @returns {Promise<{ brokers: string, databaseUrl: string, env: Record<string, string> }>}
 */
export async function bringUp(launch) {
  const { root, options, secrets, progress, guard } = launch;
  const logs = join(options.data, 'logs');
  rmSync(logs, { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
  const [brokers, databaseUrl] = await Promise.all([kafka(launch), postgres(launch), build(launch)]);
  const env = {
    ...{ KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, ENCRYPTION_KEY: secrets.encryptionKey },
    // One broker, unless the environment names a cluster and says what it has.
    KAFKA_REPLICATION_FACTOR: process.env['KAFKA_REPLICATION_FACTOR'] ?? '1',
    // As the sinks have it: what they may not call is warned of.
    EGRESS_ALLOW: '127.0.0.1',
  };

  const integrations = join(options.data, 'integrations.yaml');
  writeDemoIntegrations(integrations, { secrets, sandbox: urlOf(options.ports, 'sandbox') });
  await progress.step('topics, tables, integrations', () =>
    run(process.execPath, ['dist/cli/main.mjs', 'all', '--integrations', integrations], {
      doing: 'setting up topics, tables and integrations',
      guard,
      cwd: root,
      env: { ...childEnv(), ...env },
    }),
  );

  const { sandbox, others } = listServices({ ports: options.ports, secrets, brokers, databaseUrl });
  await progress.step('sandbox', () => service(launch, sandbox), ready);
  await Promise.all(others.map((each) => progress.step(each.name, () => service(launch, each), ready)));
  return { brokers, databaseUrl, env };
}

/** @param {Launch} launch @returns {Promise<string>} the brokers */
async function kafka({ options, progress, guard, supervisor }) {
  if (options.kafkaBrokers) {
    const brokers = options.kafkaBrokers;
    await progress.step(
      'Kafka',
      () => assertReachable('KAFKA_BROKERS', brokers, 9092),
      () => brokers,
    );
    return brokers;
  }
  await ensureTools({ needMaven: !haveJars(), say: progress.say, guard });
  if (!haveJars()) {
    await progress.step("Kafka's jars by Maven", ({ note }) =>
      fetchJars({ guard, onProgress: (files) => note(`${files} files`) }),
    );
  }
  const port = options.ports['kafka'] ?? 0;
  const place = { folder: join(options.data, 'kafka'), logs: join(options.data, 'logs'), port, guard };
  const charge = { name: 'kafka', logFile: join(place.logs, 'kafka.log'), start: () => startKafka(place) };
  await progress.step(
    'Kafka',
    () => supervisor.run(charge),
    ({ pid }) => `127.0.0.1:${port}, pid ${pid}`,
  );
  return `127.0.0.1:${port}`;
}

/** @param {Launch} launch @returns {Promise<string>} the URL */
async function postgres({ options, secrets, progress, guard, supervisor }) {
  if (options.databaseUrl) {
    const url = options.databaseUrl;
    await progress.step(
      'Postgres',
      () => assertReachable('DATABASE_URL', new URL(url).host, 5432),
      () => new URL(url).host,
    );
    return url;
  }
  const port = options.ports['postgres'] ?? 0;
  const place = { folder: join(options.data, 'postgres'), logs: join(options.data, 'logs'), port, guard };
  let url = '';
  const start = async () => {
    const started = await startPostgres({ ...place, password: secrets.postgresPassword });
    url = started.url;
    return started;
  };
  const charge = { name: 'postgres', logFile: join(place.logs, 'postgres.log'), start };
  await progress.step(
    'Postgres',
    () => supervisor.run(charge),
    ({ pid }) => `127.0.0.1:${port}, pid ${pid}`,
  );
  return url;
}

/** @param {Launch} launch */
async function build({ progress }) {
  // Loaded late: the bundler is among the packages that may have been installed a moment ago.
  const { appNames, buildApps } = await import('../build/build.mjs');
  const apps = appNames().filter((name) => !name.startsWith('sink-') && name !== 'setup');
  await progress.step(
    'build',
    () => buildApps(apps),
    ({ built }) => (built.length ? built.join(', ') : 'unchanged'),
  );
}

/** @param {Launch} launch @param {import('./services.mjs').Service} each */
async function service({ root, options, guard, supervisor }, each) {
  const logFile = join(options.data, 'logs', `${each.name}.log`);
  const start = () => startService(each, { root, logFile, guard });
  return { port: each.port, ...(await supervisor.run({ name: each.name, logFile, start })) };
}

/** @param {{ port: number, pid: number }} started */
function ready({ port, pid }) {
  return `http://127.0.0.1:${port}, pid ${pid}`;
}
