// Sends signed webhooks at a fixed rate from a separate process, whatever the answers are. Each has a due time, and its
// latency counts from then.
// Arguments: JOB_FILE RESULT_FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { atFixedRate, now } from '../../load/fixed-rate.mjs';
import { openPoster } from '../../load/poster.mjs';
import { signatureOf } from '../../load/signature.mjs';

/**
 * @typedef {object} Job
 * @property {string} url
 * @property {{ id: string, secret: string }[]} tenants in turn
 * @property {string[]} bodies in turn; CONVERSATION, NUMBER, TIME and TENANT in them are replaced
 * @property {string} run in the name of every conversation
 * @property {number} perSecond
 * @property {number} count
 */
const [jobFile = '', resultFile = ''] = process.argv.slice(2);
/** @type {Job} */
const { url, tenants, bodies, run, perSecond, count } = JSON.parse(readFileSync(jobFile, 'utf8'));

const poster = openPoster(url);

/**
 * @param {number} number @param {number} dueAt
 * @returns {Promise<[dueAt: number, answeredAt: number, status: number]>}
 */
async function send(number, dueAt) {
  const tenant = /** @type {Job['tenants'][number]} */ (tenants[number % tenants.length]);
  const body = /** @type {string} */ (bodies[number % bodies.length])
    .replaceAll('CONVERSATION', `conv_${run}_${number}`)
    .replaceAll('NUMBER', String(number))
    .replaceAll('TENANT', tenant.id)
    .replaceAll('TIME', new Date(dueAt).toISOString());
  const status = await poster.post({ body, signature: signatureOf(body, tenant.secret) });
  return [dueAt, now(), status];
}

const sent = await atFixedRate({ count, perSecond }, send);
await poster.close();
writeFileSync(resultFile, JSON.stringify(sent));
