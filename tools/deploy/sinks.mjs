// Lists the sinks: the folders apps/sink-* and the values that each of them runs. Deployment, dashboards and alerts
// follow from this list, so a new sink needs no entry anywhere else.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../build/ask.mjs';

/**
 * @typedef {object} Sink what a sink says of itself
 * @property {string} name label of its metrics, and what an integration names
 * @property {string[]} accepts event types
 * @property {string[]} needs what its events must have; places of which one is enough are joined by " or "
 * @property {string} idempotency
 * @property {string} stability
 *
 * @typedef {{ folder: string, sinks: Sink[] }} SinkFolder
 */

/**
 * Every sink folder in the order of its name, with the sinks that its main.ts runs. Throws AskError.
 * @param {string} root the checkout
 * @returns {Promise<SinkFolder[]>}
 */
export async function sinkFolders(root) {
  const imports = readdirSync(join(root, 'apps'))
    .filter((name) => name.startsWith('sink-') && existsSync(join(root, 'apps', name, 'src/main.ts')))
    .sort()
    .map((name) => `import './apps/${name}/src/main.ts';`);
  return ask(root, {
    doing: 'listing the sinks',
    lines: [...imports, 'process.stdout.write(JSON.stringify(globalThis.sinkFolders ?? []));'].join('\n'),
    plugins: [listening],
  });
}

/**
 * The `run` of a main.ts writes down what it is given, instead of starting the runtime.
 * @type {import('esbuild').Plugin}
 */
const listening = {
  name: 'listening',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@switchboard\/delivery$/ }, ({ importer }) => {
      const folder = /apps[\\/](sink-[^\\/]+)[\\/]src[\\/]main\.ts$/.exec(importer)?.[1];
      return folder === undefined ? undefined : { path: folder, namespace: 'listening' };
    });
    onLoad({ filter: /.*/, namespace: 'listening' }, ({ path }) => ({
      contents: `
        const needed = (needs) => Object.values(needs).flat().map((need) => [need].flat().join(' or '));
        const tell = ({ name, accepts, needs = {}, idempotency, stability = 'beta' }) =>
          ({ name, accepts: accepts.map(({ type }) => type), needs: needed(needs), idempotency, stability });
        export const run = (...sinks) =>
          (globalThis.sinkFolders ??= []).push({ folder: '${path}', sinks: sinks.map(tell) });`,
    }));
  },
};
