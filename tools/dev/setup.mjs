// `npm run setup -- COMMAND`: the setup service's command on the system that the environment names, else on the one that
// `npm start` runs here.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreground } from './foreground.mjs';
import { prepare } from './prepare.mjs';
import { NoSystemError, runningSystem } from './running-system.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, '.data');

await prepare(root, { packagesOnly: true });
// These need the packages.
const { buildApps } = await import('../build/build.mjs');
const { READY_FILE } = await import('./ready-file.mjs');

const args = process.argv.slice(2);
/** Whoever asks how it is used needs no system. */
const asksForHelp = args.length === 0 || args.includes('--help');

/** @returns {Record<string, string>} */
function systemMeant() {
  try {
    return asksForHelp ? {} : runningSystem(process.env, data, READY_FILE);
  } catch (error) {
    if (!(error instanceof NoSystemError)) throw error;
    process.stderr.write(`setup: ${error.message}\n`);
    process.exit(2);
  }
}

const system = systemMeant();
await buildApps(['setup']);
process.exitCode = await foreground(process.execPath, [join(root, 'dist/setup/main.mjs'), ...args], {
  // Paths in the options are the caller's: npm runs scripts at the root and tells where it was called.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  env: { ...process.env, ...system },
});
