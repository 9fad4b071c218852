// Runs a command that is written in TypeScript: node tools/dev/run.mjs tools/bench/main.ts [arguments]. It installs the
// packages first, so that it works in a fresh clone. The command itself prepares the services that it starts.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';

const [entry = '', ...args] = process.argv.slice(2);
try {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await prepare(root, { packagesOnly: true });
  const { buildTool } = await import('../build/build.mjs');
  const file = await buildTool(entry);
  process.argv.splice(1, process.argv.length - 1, file, ...args);
  await import(pathToFileURL(file).href);
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exitCode = 1;
}
