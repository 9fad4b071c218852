// Runs a command that is written in TypeScript: node tools/build/run.mjs [--plain] tools/bench/main.ts [arguments]. Prepares
// the checkout first, so that it works in a fresh clone.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare } from '../dev/prepare.mjs';

const given = process.argv.slice(2);
// Said before the entry: the command starts nothing, so it needs neither a broker's jars nor the services' bundles.
const plain = given[0] === '--plain';
const [entry = '', ...args] = plain ? given.slice(1) : given;
try {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await prepare(root, { packagesOnly: plain || args.includes('--help') });
  const { buildTool } = await import('./build.mjs');
  const file = await buildTool(entry);
  process.argv.splice(1, process.argv.length - 1, file, ...args);
  await import(pathToFileURL(file).href);
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exitCode = 1;
}
