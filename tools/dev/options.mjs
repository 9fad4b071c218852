// The options of `npm start`, from flags and the environment.
import { resolve } from 'node:path';
import { readArguments, UsageError, wholeNumber } from '../command-line/arguments.mjs';
import { inColumns } from '../command-line/table.mjs';
import { freePorts } from '../servers/ports.mjs';

/** @type {Readonly<Record<string, number>>} */
export const defaultPorts = {
  ingest: 3001,
  enricher: 3002,
  router: 3003,
  metrics: 3004,
  sinks: 3005,
  sandbox: 3010,
  kafka: 9092,
  postgres: 5433,
};

/** The environment's name for a port. @param {string} name */
export const portVariable = (name) => `${name.toUpperCase()}_PORT`;

const portTable = inColumns(
  Object.entries(defaultPorts).map(([name, port]) => [`  ${name}`, String(port), portVariable(name)]),
).join('\n');

export const help = `npm start -- [options]

Brings up Kafka, Postgres and every service, plays simulated conversations and shows what arrived where.
Runs until Ctrl-C.

  --no-demo             skip the simulation
  --conversations N     how many conversations the simulation plays (200)
  --exit                stop after the simulation; the exit code is not 0 when events are missing or dead
  --ready-file FILE     write addresses, secrets and process ids as JSON once all is ready
  --port NAME=NUMBER    another port (0: any free one); may be repeated
  --free-ports          any free port for everything
  --data FOLDER         where data, secrets and logs are kept between runs (.data)
  --help

Ports and the variables that change them:
${portTable}

KAFKA_BROKERS (host:port, comma separated) and DATABASE_URL name servers that exist; they are used as they are
and then neither Java and Maven nor a local Postgres is needed. LOG_LEVEL sets what the services log.
`;

/**
 * @typedef {object} Options
 * @property {boolean} help
 * @property {boolean} demo
 * @property {boolean} exit
 * @property {number} conversations
 * @property {string | undefined} readyFile
 * @property {string} data
 * @property {Record<string, number>} ports
 * @property {string | undefined} kafkaBrokers existing servers
 * @property {string | undefined} databaseUrl
 */

const known = /** @type {const} */ ({
  options: {
    help: { type: 'boolean', default: false },
    'no-demo': { type: 'boolean', default: false },
    exit: { type: 'boolean', default: false },
    'free-ports': { type: 'boolean', default: false },
    conversations: { type: 'string', default: '200' },
    port: { type: 'string', multiple: true },
    data: { type: 'string', default: '.data' },
    'ready-file': { type: 'string' },
  },
});

/** @param {string[]} argv @param {NodeJS.ProcessEnv} env @returns {Promise<Options>} */
export async function readOptions(argv, env) {
  const { values } = readArguments(argv, known, 'npm start -- --help');
  const ports = { ...defaultPorts };
  for (const name of Object.keys(ports)) {
    const given = env[portVariable(name)];
    if (given) ports[name] = portNumber(portVariable(name), given);
  }
  if (values['free-ports']) for (const name of Object.keys(ports)) ports[name] = 0;
  for (const pair of values.port ?? []) {
    const [name = '', number = ''] = pair.split('=');
    if (!(name in ports))
      throw new UsageError(`--port ${pair}: name one of ${Object.keys(ports).join(', ')}`);
    ports[name] = portNumber(`--port ${name}`, number);
  }
  const conversations = wholeNumber('--conversations', values.conversations, 1);
  if (values['no-demo'] && values.exit)
    throw new UsageError('--exit ends after the simulation; --no-demo leaves it out');
  return {
    help: values.help,
    demo: !values['no-demo'],
    exit: values.exit,
    conversations,
    readyFile: values['ready-file'] && resolve(values['ready-file']),
    data: resolve(values.data),
    ports: await withFreePorts(ports),
    kafkaBrokers: env['KAFKA_BROKERS'] || env['KAFKA_BROKER'] || undefined,
    databaseUrl: env['DATABASE_URL'] || undefined,
  };
}

/** @param {string} name @param {string} text */
function portNumber(name, text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`${name}: "${text}" is not a port`);
  return port;
}

/** @param {Record<string, number>} ports */
async function withFreePorts(ports) {
  const open = Object.keys(ports).filter((name) => ports[name] === 0);
  const found = await freePorts(open.length);
  return { ...ports, ...Object.fromEntries(open.map((name, index) => [name, found[index] ?? 0])) };
}
