// Writes the JSON file of `--ready-file`: addresses, secrets and process ids, for programs that drive the system from
// outside.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { appNames } from '../build/build.mjs';
import { urlOf } from './services.mjs';

/**
 * @typedef {object} Ready
 * @property {string} ingest URL of a service, as those of the next five
 * @property {string} enricher
 * @property {string} router
 * @property {string} metrics
 * @property {string} sinks
 * @property {string} sandbox
 * @property {string} kafka brokers, host:port, comma separated
 * @property {string} postgres URL
 * @property {string} tenant
 * @property {{ helpninja: string }} secrets what its webhooks are signed with
 * @property {Record<string, number>} pids
 */

/**
 * Written in one move, so that a reader never sees half of it; only we may read it, it holds a secret.
 * @param {string} file
 * @param {{ ports: Record<string, number>, brokers: string, databaseUrl: string, secrets: import('./secrets.mjs').Secrets, pids: Record<string, number> }} system
 */
export function writeReadyFile(file, { ports, brokers, databaseUrl, secrets, pids }) {
  const { sinks } = pids;
  const sinkNames = appNames().filter((name) => name.startsWith('sink-'));
  /** @type {Ready} */
  const content = {
    ingest: urlOf(ports, 'ingest'),
    enricher: urlOf(ports, 'enricher'),
    router: urlOf(ports, 'router'),
    metrics: urlOf(ports, 'metrics'),
    sinks: urlOf(ports, 'sinks'),
    sandbox: urlOf(ports, 'sandbox'),
    kafka: brokers,
    postgres: databaseUrl,
    tenant: secrets.tenant,
    secrets: { helpninja: secrets.webhookSecret },
    // All sinks live in one process here, each a deployment of its own elsewhere.
    pids: {
      ...pids,
      ...(sinks === undefined ? {} : Object.fromEntries(sinkNames.map((name) => [name, sinks]))),
    },
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** One that is left from before is not true any more. @param {string} file */
export function removeReadyFile(file) {
  rmSync(file, { force: true });
}
