// `npm run setup` and `npm run dlq`: runs the command line of operators on the system that the environment names, else
// on the one that `npm start` runs on this machine.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreground } from '../processes/foreground.mjs';
import { prepare } from './prepare.mjs';
import { NoSystemError, systemMeant } from './running-system.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [group = '', ...args] = process.argv.slice(2);
/** Whoever asks how it is used needs no system. */
const asksForHelp = args.length === 0 || args.includes('--help');

await prepare(root, { packagesOnly: true });
// The bundler is among the packages.
const { buildApps } = await import('../build/build.mjs');

/** @returns {Record<string, string>} */
function systemOf() {
  try {
    return asksForHelp ? {} : systemMeant(process.env, join(root, '.data'));
  } catch (error) {
    if (!(error instanceof NoSystemError)) throw error;
    process.stderr.write(`${group === 'dlq' ? 'npm run dlq' : group}: ${error.message}\n`);
    process.exit(2);
  }
}

const system = systemOf();
await buildApps(['cli']);
process.exitCode = await foreground(process.execPath, [join(root, 'dist/cli/main.mjs'), group, ...args], {
  // Paths in the options are the caller's: npm runs scripts at the root and tells where it was called.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  env: { ...process.env, ...system },
});
