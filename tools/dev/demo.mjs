// Plays the simulated conversations against the running system, and waits until every event is done.
import { setTimeout as wait } from 'node:timers/promises';
import { run } from '../processes/run.mjs';
import { childEnv } from '../processes/child-env.mjs';
import { urlOf } from './services.mjs';
import { imbalances } from './summary.mjs';
import { demoSinks } from './demo-integrations.mjs';

/** Events per second: what two cores do at leisure while somebody watches. */
const RATE = 100;
/** Given up when nothing has changed for so long. */
const STILL_FOR_MS = 45_000;

/**
 * @typedef {object} System
 * @property {string} root
 * @property {Record<string, number>} ports
 * @property {import('./secrets.mjs').Secrets} secrets
 * @property {Record<string, string>} env what the setup app needs
 * @property {import('../processes/guard.mjs').Guard} guard
 */

/**
 * @param {System} system
 * @param {{ conversations: number, progress: import('../command-line/progress.mjs').Progress }} options
 * @returns {Promise<{ report: import('./summary.mjs').Report, problems: string[] }>}
 */
export async function playDemo(system, { conversations, progress }) {
  const since = new Date().toISOString();
  const posted = await progress.step(
    `${conversations} simulated conversations`,
    ({ note }) => simulate(system, conversations, note),
    (accepted) => `${accepted} events accepted`,
  );
  return progress.step('waiting until every event has arrived', async ({ note }) => {
    let last = '';
    let changed = Date.now();
    for (;;) {
      const report = await readReport(system, since);
      const { open, final } = imbalances(report, { posted, wanted: demoSinks });
      const problems = [...open, ...final];
      // What is dead stays dead: it is told, and not waited for.
      if (!open.length) return { report, problems };
      const now = problems.join('; ');
      note(now);
      if (now !== last) changed = Date.now();
      else if (Date.now() - changed > STILL_FOR_MS) return { report, problems };
      last = now;
      await wait(1_000);
    }
  });
}

/**
 * Has the properties made that leads fill: the stand-in of HubSpot has none of them, as a new account.
 * @param {Pick<System, 'root' | 'env' | 'guard'>} system
 * @param {import('../command-line/progress.mjs').Progress} progress
 */
export async function prepareHubSpot({ root, env, guard }, progress) {
  const prepare = () =>
    run(process.execPath, ['dist/cli/main.mjs', 'prepare', 'demo-hubspot', '--json'], {
      doing: 'preparing HubSpot',
      guard,
      cwd: root,
      env: { ...childEnv(), ...env },
    });
  await progress.step('contact properties in HubSpot', prepare);
}

/** @param {System} system @param {string} since @returns {Promise<import('./summary.mjs').Report>} */
async function readReport({ root, env, guard }, since) {
  const output = await run(process.execPath, ['dist/cli/main.mjs', 'report', '--json', '--since', since], {
    doing: 'counting what arrived',
    guard,
    cwd: root,
    env: { ...childEnv(), ...env },
  });
  return JSON.parse(lastLine(output));
}

/**
 * @param {System} system
 * @param {number} conversations
 * @param {(text: string) => void} note
 * @returns {Promise<number>}
 */
async function simulate({ root, ports, secrets, guard }, conversations, note) {
  const output = await run(
    process.execPath,
    [
      'dist/sandbox/main.mjs',
      'simulate',
      ...['--url', urlOf(ports, 'ingest')],
      ...['--conversations', String(conversations)],
      ...['--rate', String(RATE)],
      ...['--sandbox', urlOf(ports, 'sandbox')],
      '--json',
    ],
    {
      doing: 'simulating',
      guard,
      cwd: root,
      env: { ...childEnv(), WEBHOOK_SECRET: secrets.webhookSecret },
      onLine: note,
    },
  );
  return JSON.parse(lastLine(output)).accepted;
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}
