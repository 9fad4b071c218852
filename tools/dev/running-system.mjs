// The system that a command speaks to: the one that the environment names, else the one that `npm start` runs here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSecrets } from './secrets.mjs';

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
 * What the environment lacks of it. Throws NoSystemError.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} data where `npm start` keeps what it needs
 * @param {string} readyFile name of the file there that says where everything is
 * @returns {Record<string, string>}
 */
export function runningSystem(env, data, readyFile) {
  if (env['DATABASE_URL']) return {};
  const file = join(data, readyFile);
  if (!existsSync(file)) throw new NoSystemError();
  const { kafka, postgres } = JSON.parse(readFileSync(file, 'utf8'));
  const { encryptionKey } = loadSecrets(join(data, 'secrets.json'));
  return {
    ...{ KAFKA_BROKERS: kafka, DATABASE_URL: postgres, ENCRYPTION_KEY: encryptionKey },
    KAFKA_REPLICATION_FACTOR: env['KAFKA_REPLICATION_FACTOR'] ?? '1',
    EGRESS_ALLOW: '127.0.0.1',
  };
}
