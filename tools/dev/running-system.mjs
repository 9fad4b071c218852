// Finds the system that a command works with: the one that the environment names, else the one that `npm start` runs on
// this machine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSecrets } from './secrets.mjs';

/** Name of the file in the data folder that says where everything is, as long as `npm start` runs. */
export const READY_FILE = 'ready.json';

/** The environment names none, and none runs here. */
export class NoSystemError extends Error {
  code = 'NO_SYSTEM';

  constructor() {
    super(
      'finding the system: nothing runs here; run npm start, or name it by DATABASE_URL, KAFKA_BROKERS and ENCRYPTION_KEY',
    );
  }
}

/**
 * What `npm start` wrote about the system that it runs; undefined when it runs none.
 * @param {string} data its folder
 * @returns {import('./ready-file.mjs').Ready | undefined}
 */
export function runningHere(data) {
  const file = join(data, READY_FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * What the environment lacks of the system that is meant. Throws NoSystemError.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} data where `npm start` keeps what it needs
 * @returns {Record<string, string>}
 */
export function systemMeant(env, data) {
  if (env['DATABASE_URL']) return {};
  const running = runningHere(data);
  if (running === undefined) throw new NoSystemError();
  const { encryptionKey } = loadSecrets(join(data, 'secrets.json'));
  return {
    ...{ KAFKA_BROKERS: running.kafka, DATABASE_URL: running.postgres, ENCRYPTION_KEY: encryptionKey },
    KAFKA_REPLICATION_FACTOR: env['KAFKA_REPLICATION_FACTOR'] ?? '1',
    EGRESS_ALLOW: '127.0.0.1',
  };
}
