// The secrets of the local system: random, made at the first start, in one file that only this user can read.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * @typedef {object} Secrets
 * @property {string} tenant id of the default tenant
 * @property {string} webhookSecret what its webhooks are signed with
 * @property {string} encryptionKey seals what is stored in Postgres
 * @property {string} helpninjaApiKey
 * @property {string} hubspotToken
 * @property {string} slackPath team/bot/secret of the incoming webhook
 * @property {string} postgresPassword
 */

/** @param {string} file @returns {Secrets} */
export function loadSecrets(file) {
  /** @type {Partial<Secrets>} */
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const secrets = { ...makeSecrets(), ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  chmodSync(file, 0o600);
  return secrets;
}

/** @returns {Secrets} */
function makeSecrets() {
  return {
    tenant: `tenant_${letters(12)}`,
    webhookSecret: `whsec_${letters(40)}`,
    encryptionKey: randomBytes(32).toString('hex'),
    helpninjaApiKey: `hnja_test_${letters(32)}`,
    hubspotToken: `pat-na1-${letters(32)}`,
    slackPath: `T${letters(10).toUpperCase()}/B${letters(10).toUpperCase()}/${letters(24)}`,
    postgresPassword: letters(24),
  };
}

/** Lower-case letters and digits only: fit for URLs, headers and YAML alike. @param {number} count */
function letters(count) {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
  return [...randomBytes(count)].map((byte) => alphabet[byte % alphabet.length]).join('');
}
