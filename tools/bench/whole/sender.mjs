// Sends signed webhooks at a fixed rate from a process of its own, whatever the answers do: each has its time, and what is
// late counts from that time on. Arguments: JOB_FILE RESULT_FILE
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { openPoster } from '../../load/poster.mjs';

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

const now = () => performance.timeOrigin + performance.now();
const poster = openPoster(url);
/** Of each webhook when it was due, and when and how it was answered. @type {[dueAt: number, answeredAt: number, status: number][]} */
const sent = [];
/** @type {Promise<void>[]} */
const open = [];

/** @param {number} number @param {number} dueAt */
async function send(number, dueAt) {
  const tenant = /** @type {Job['tenants'][number]} */ (tenants[number % tenants.length]);
  const body = /** @type {string} */ (bodies[number % bodies.length])
    .replaceAll('CONVERSATION', `conv_${run}_${number}`)
    .replaceAll('NUMBER', String(number))
    .replaceAll('TENANT', tenant.id)
    .replaceAll('TIME', new Date(dueAt).toISOString());
  const signature = `sha256=${createHmac('sha256', tenant.secret).update(body).digest('hex')}`;
  const status = await poster.post({ body, signature });
  sent[number] = [dueAt, now(), status];
}

const begin = now() + 100;
while (open.length < count) {
  const due = Math.min(count, Math.floor(((now() - begin) * perSecond) / 1000) + 1);
  while (open.length < due) open.push(send(open.length, begin + (open.length / perSecond) * 1000));
  const next = begin + (open.length / perSecond) * 1000;
  await new Promise((resolve) => setTimeout(resolve, Math.max(1, next - now())));
}
await Promise.all(open);
await poster.close();
writeFileSync(resultFile, JSON.stringify(sent));
