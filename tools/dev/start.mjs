// `npm start`: runs the whole system on this machine, from a fresh clone to a table of what arrived, until Ctrl-C.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchNpm } from '../processes/ancestors.mjs';
import { playDemo, prepareHubSpot } from './demo.mjs';
import { startGuard } from '../processes/guard.mjs';
import { assertPortsFree } from '../servers/port-holders.mjs';
import { assertSupported } from './supported.mjs';
import { ensureInstalled } from './install.mjs';
import { lockData } from './launcher-lock.mjs';
import { help, portVariable, readOptions } from './options.mjs';
import { createProgress, seconds } from '../command-line/progress.mjs';
import { inColumns } from '../command-line/table.mjs';
import { removeReadyFile, writeReadyFile } from './ready-file.mjs';
import { READY_FILE } from './running-system.mjs';
import { loadSecrets } from './secrets.mjs';
import { urlOf } from './services.mjs';
import { table } from './summary.mjs';
import { createSupervisor } from './supervisor.mjs';
import { bringUp } from './system.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const begun = Date.now();
const progress = createProgress();
const { say } = progress;

/** @param {unknown} error A closed code means that the message says all there is to know. */
function explain(error) {
  const known = error instanceof Error && 'code' in error;
  return known ? error.message : error instanceof Error ? error.stack : String(error);
}

async function main() {
  assertSupported();
  const options = await readOptions(process.argv.slice(2), process.env);
  if (options.help) return void process.stdout.write(help);
  const unlock = lockData(options.data);
  const readyFiles = [join(options.data, READY_FILE), ...(options.readyFile ? [options.readyFile] : [])];
  readyFiles.forEach(removeReadyFile);
  await assertPortsFree(portsToTake(options)).catch((error) => {
    unlock();
    throw error;
  });

  const guard = startGuard();
  const supervisor = createSupervisor({ say, guard, onChange: () => publish() });
  let publish = () => {};
  let stopping = false;
  /** @param {number} code @param {string} why */
  const stop = async (code, why) => {
    if (stopping) return say('  Still stopping: work in hand is finished first.');
    stopping = true;
    supervisor.end();
    say(`\n${why} Draining and stopping, in order:`);
    await guard.endAll(({ ended, ms, forced }) =>
      say(`  ✓ ${ended} ${forced ? 'killed' : 'stopped'} (${seconds(ms)})`),
    );
    unlock();
    progress.close();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Interrupted, `--exit` has not shown what it was asked to show.
    process.on(signal, () => void stop(options.exit ? 1 : 0, `${signal}.`));
  }
  watchNpm(() => void stop(1, 'npm is gone.'));
  const alive = setInterval(() => {}, 60_000);

  try {
    say(`Starting Switchboard. Logs: ${shown(options.data)}/logs/`);
    await ensureInstalled(root, progress, guard);
    const secrets = loadSecrets(`${options.data}/secrets.json`);
    // Installing may have taken minutes, in which somebody else may have come.
    await assertPortsFree(portsToTake(options));
    const system = await bringUp({ root, options, secrets, progress, guard, supervisor });
    // The files say "ready": they go when the system goes, whichever way.
    for (const file of readyFiles) guard.remove(file);
    publish = () => {
      for (const file of readyFiles)
        writeReadyFile(file, { ...options, ...system, secrets, pids: supervisor.pids() });
    };
    publish();
    await prepareHubSpot({ root, guard, ...system }, progress);
    say(`Ready after ${seconds(Date.now() - begun)}.\n`);
    const lost =
      options.demo && (await demo(options, { root, secrets, guard, ...system, ports: options.ports }));
    if (stopping) return;
    if (options.exit) return void (await stop(lost ? 1 : 0, 'The simulation is over.'));
    say(`${addresses(options, system)}\n\nCtrl-C drains and stops everything.`);
  } catch (error) {
    if (stopping) return;
    say(`\n${explain(error)}`);
    clearInterval(alive);
    await stop(1, 'The start failed.');
  }
}

/** @param {import('./options.mjs').Options} options @param {import('./demo.mjs').System} system */
async function demo(options, system) {
  const { report, problems } = await playDemo(system, { conversations: options.conversations, progress });
  say(`\nWhat arrived where:\n${table(report)}\n`);
  if (problems.length)
    say(`The numbers do not add up:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n`);
  return problems.length > 0;
}

/** @param {import('./options.mjs').Options} options */
function portsToTake({ ports, kafkaBrokers, databaseUrl }) {
  return Object.entries(ports)
    .filter(([name]) => !(name === 'kafka' && kafkaBrokers) && !(name === 'postgres' && databaseUrl))
    .map(([name, port]) => ({ name, port, change: `--port ${name}=NUMBER or ${portVariable(name)}` }));
}

/** A path as the reader would type it. @param {string} path */
function shown(path) {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** @param {import('./options.mjs').Options} options @param {{ brokers: string, databaseUrl: string }} system */
function addresses({ ports, data }, { brokers, databaseUrl }) {
  const url = new URL(databaseUrl);
  const rows = [
    ['webhooks', `${urlOf(ports, 'ingest')}/webhooks/helpninja`],
    ['numbers', `${urlOf(ports, 'metrics')}/v1/totals`],
    ['what the vendors got', `${urlOf(ports, 'sandbox')}/_received`],
    ...['ingest', 'enricher', 'router', 'metrics', 'sinks'].map((name) => [
      `${name} health`,
      `${urlOf(ports, name)}/health`,
    ]),
    ['Kafka', brokers],
    ['Postgres', `${url.protocol}//${url.username}@${url.host}${url.pathname} (password in secrets.json)`],
    ['secrets', `${shown(data)}/secrets.json`],
  ];
  return inColumns(rows.map(([name, where]) => [`  ${name}`, `${where}`])).join('\n');
}

main().catch((error) => {
  progress.close();
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
