// `npm test`: from a fresh clone to one jest run over all projects. `--node RELEASE` uses another release of Node;
// other arguments go to jest.
import { mkdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { foreground } from '../processes/foreground.mjs';
import { nodeFolder, takeRelease } from './other-node.mjs';
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

/** Runs all of this once more, on another Node. @param {string} release @param {string[]} args */
async function runOn(release, args) {
  const folder = await nodeFolder(root, release);
  const PATH = [folder, process.env['PATH']].join(delimiter);
  return foreground(join(folder, 'node'), [fileURLToPath(import.meta.url), ...args], {
    cwd: root,
    env: { ...process.env, PATH },
  });
}

try {
  const { release, rest } = takeRelease(process.argv.slice(2));
  if (release !== undefined) process.exitCode = await runOn(release, rest);
  else {
    await prepare(root);
    process.stdout.write(`Node ${process.version}\n`);
    process.exitCode = await runJest(rest);
  }
} catch (error) {
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : /** @type {Error} */ (error).stack}\n`);
  process.exitCode = 1;
}
