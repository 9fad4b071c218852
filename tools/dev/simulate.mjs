// `npm run simulate -- OPTIONS`: runs the sandbox's simulator against the system of `npm start`.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApps } from '../build/build.mjs';
import { foreground } from '../processes/foreground.mjs';
import { runningHere } from './running-system.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const args = process.argv.slice(2);
const given = (/** @type {string} */ flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));

/** What runs here, unless the call names another receiver. */
function receiverMeant() {
  if (given('--url') || given('--help')) return undefined;
  const running = runningHere(join(root, '.data'));
  if (running) return running;
  process.stderr.write('simulating: nothing runs here; run npm start first, or name a receiver with --url\n');
  process.exit(2);
}

const system = receiverMeant();
await buildApps(['sandbox']);
if (system) {
  args.push('--url', system.ingest);
  if (!given('--sandbox')) args.push('--sandbox', system.sandbox);
}
// Paths in the options are the caller's: npm runs scripts at the root and tells where it was called.
process.exitCode = await foreground(
  process.execPath,
  [join(root, 'dist/sandbox/main.mjs'), 'simulate', ...args],
  {
    cwd: process.env['INIT_CWD'] ?? process.cwd(),
    env: { ...process.env, ...(system ? { WEBHOOK_SECRET: system.secrets.helpninja } : {}) },
  },
);
