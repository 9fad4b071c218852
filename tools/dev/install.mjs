// Installs the npm packages if they are missing or the lockfile has changed.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../processes/run.mjs';

/** @param {string} root @returns {'missing' | 'changed' | undefined} why an install is needed */
export function whyInstall(root) {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return 'missing';
  const stamp = stampFile(root);
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash(root) ? undefined : 'changed';
  // Somebody ran npm install by hand: npm writes its own record last.
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
    ? undefined
    : 'changed';
}

/**
 * @param {string} root
 * @param {import('../command-line/progress.mjs').Progress} progress
 * @param {import('../processes/guard.mjs').Guard} guard
 */
export async function ensureInstalled(root, progress, guard) {
  const why = whyInstall(root);
  if (!why) return;
  const title =
    why === 'missing' ? 'npm packages (first time, about a minute)' : 'npm packages (the lockfile changed)';
  await progress.step(title, async ({ note }) => {
    let fetched = 0;
    const args = ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=http'];
    const [npm, ...before] = npmCommand();
    await run(npm, [...before, ...args], {
      doing: 'installing the npm packages',
      guard,
      cwd: root,
      onLine: (line) => {
        if (/^npm http (fetch|cache) /.test(line)) note(`${++fetched} requests`);
      },
    });
    writeFileSync(stampFile(root), lockHash(root));
  });
}

/** The npm that runs us, when one does. @returns {[string, ...string[]]} */
export function npmCommand() {
  const npm = process.env['npm_execpath'];
  return npm?.endsWith('.js') && existsSync(npm) ? [process.execPath, npm] : ['npm'];
}

/** @param {string} root */
const stampFile = (root) => join(root, 'node_modules/.installed-lock');

/** @param {string} root */
function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}
