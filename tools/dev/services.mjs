// The services of `npm start`: the environment of each, the order in which they stop, and how one is started.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { portHolder } from '../servers/port-holders.mjs';
import { childEnv } from '../processes/child-env.mjs';
import { launch, untilReady } from '../processes/launch.mjs';
import { CommandError } from '../processes/run.mjs';

const READY_WITHIN_MS = 45_000;
/** The services' own deadline is 20 s; the guardian waits a little longer before it forces an end. */
const DRAIN_MS = 25_000;
/** Where a service tells the SWITCHBOARD_INSTANCE that it was started with; libs/service puts it on its answers. */
const INSTANCE_HEADER = 'x-switchboard-instance';

/**
 * @typedef {object} Service
 * @property {string} name also the folder in dist
 * @property {number} stage lower stages end first: who takes in before who passes on before who delivers
 * @property {number} port
 * @property {string} ready path that answers 200 when it can work
 * @property {Record<string, string>} env
 */

/**
 * @param {{ ports: Record<string, number>, secrets: import('./secrets.mjs').Secrets, brokers: string, databaseUrl: string }} system
 * @returns {{ sandbox: Service, others: Service[] }}
 */
export function listServices({ ports, secrets, brokers, databaseUrl }) {
  const platform = { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl };
  const sealed = { ENCRYPTION_KEY: secrets.encryptionKey };
  const helpninja = {
    HELPNINJA_API_URL: `${urlOf(ports, 'sandbox')}/helpninja/v1`,
    HELPNINJA_API_KEY: secrets.helpninjaApiKey,
  };
  const vendors = {
    HUBSPOT_TOKEN: secrets.hubspotToken,
    SLACK_SECRET_PATH: secrets.slackPath,
    HELPNINJA_API_KEY: secrets.helpninjaApiKey,
    // A minute of simulated conversations has more escalations than Slack takes in one.
    NO_LIMITS: 'yes',
  };
  /** @type {(name: string, stage: number, env: Record<string, string>, ready?: string) => Service} */
  const service = (name, stage, env, ready = '/health/ready') => {
    const port = ports[name] ?? 0;
    return { name, stage, port, ready, env: { ...env, PORT: String(port), HOST: '127.0.0.1' } };
  };
  return {
    sandbox: service('sandbox', 5, vendors, '/health'),
    others: [
      service('ingest', 1, { ...platform, ...sealed }),
      service('enricher', 2, { ...platform, ...sealed, ...helpninja, ...model() }),
      service('router', 3, platform),
      // The demo's integrations call the sandbox, which is on this machine.
      service('sinks', 4, { ...platform, ...sealed, EGRESS_ALLOW: '127.0.0.1' }),
      service('metrics', 4, platform),
    ],
  };
}

/** A model that the caller's shell names: only who starts the system pays for it, no bench and no test. */
function model() {
  const names = Object.entries(process.env).filter(([name]) => name.startsWith('OPENAI_'));
  return /** @type {Record<string, string>} */ (Object.fromEntries(names));
}

/** @param {Record<string, number>} ports @param {string} name */
export const urlOf = (ports, name) => `http://127.0.0.1:${ports[name]}`;

/**
 * Starts one and resolves when it is ready, by its own word: another process on its port may answer as well. Its stdin
 * is a pipe that closes with us: then it drains by itself.
 * @param {Service} service
 * @param {{ root: string, logFile: string, guard: import('../processes/guard.mjs').Guard }} place
 * @returns {Promise<import('./supervisor.mjs').Started>}
 */
export async function startService(service, { root, logFile, guard }) {
  const instance = randomBytes(8).toString('hex');
  const started = launch({
    name: service.name,
    command: process.execPath,
    args: [join('dist', service.name, 'main.mjs')],
    options: {
      cwd: root,
      // A group of its own: Ctrl-C is for the launcher, which ends the services in order.
      detached: true,
      env: { ...childEnv(), ...service.env, SWITCHBOARD_PARENT: '1', SWITCHBOARD_INSTANCE: instance },
    },
    logFile,
    lives: true,
    guard,
    watch: { stage: service.stage, group: true, graceMs: DRAIN_MS },
  });
  const { pid, process: child } = started;
  const url = `http://127.0.0.1:${service.port}${service.ready}`;
  let isForeign = false;
  const trouble = async () => {
    const answer = await ask(url, instance);
    isForeign = answer === 'foreign';
    return answer === 'ready' ? undefined : 'it does not answer yet';
  };
  try {
    await untilReady(started, { doing: `starting ${service.name}`, trouble, withinMs: READY_WITHIN_MS });
    return { pid, process: child };
  } catch (error) {
    const late = started.ended === undefined;
    if (late) process.kill(-pid, 'SIGKILL');
    const fault = started.ended ?? `not ready after ${READY_WITHIN_MS / 1000} s`;
    const holder = isForeign ? (portHolder(service.port) ?? 'another process') : undefined;
    const words = holder ? `${fault}; port ${service.port} is held by ${holder}` : fault;
    throw new CommandError(`starting ${service.name}: ${words}; see ${logFile}`, { cause: error });
  }
}

/** @param {string} url @param {string} instance @returns {Promise<'ready' | 'foreign' | 'not yet'>} */
async function ask(url, instance) {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await reply.arrayBuffer();
    if (reply.headers.get(INSTANCE_HEADER) !== instance) return 'foreign';
    return reply.ok ? 'ready' : 'not yet';
  } catch {
    return 'not yet';
  }
}
