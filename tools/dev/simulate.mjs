// `npm run simulate -- OPTIONS`: the sandbox's simulator against the system that `npm start` runs.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildApps } from '../build/build.mjs';
import { defaultPorts, portVariable } from './options.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const args = process.argv.slice(2);
const has = (/** @type {string} */ flag) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));

await buildApps(['sandbox']);
const secrets = join(root, '.data/secrets.json');
if (!has('--url') && !has('--sandbox'))
  args.push(
    '--sandbox',
    `http://127.0.0.1:${process.env[portVariable('sandbox')] ?? defaultPorts['sandbox']}`,
  );
if (!has('--url'))
  args.push('--url', `http://127.0.0.1:${process.env[portVariable('ingest')] ?? defaultPorts['ingest']}`);
if (!has('--secret') && existsSync(secrets)) {
  args.push('--secret', JSON.parse(readFileSync(secrets, 'utf8')).webhookSecret);
}
// Paths in the options are the caller's: npm runs scripts at the root and tells where it was called.
const child = spawn(process.execPath, [join(root, 'dist/sandbox/main.mjs'), 'simulate', ...args], {
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  stdio: 'inherit',
});
child.once('exit', (code) => (process.exitCode = code ?? 1));
