// `npm test`: from a fresh clone to one jest run over all projects; what is given is passed on to jest.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreground } from '../processes/foreground.mjs';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** jest's own counts, for whoever reports them. */
const results = join(root, '.cache/test-results.json');

/** @param {string[]} args @returns {Promise<number>} the exit code */
function runJest(args) {
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(results, { force: true });
  return foreground(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${results}`,
      ...args,
    ],
    { cwd: root },
  );
}

try {
  await prepare(root);
  process.exitCode = await runJest(process.argv.slice(2));
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exitCode = 1;
}
