// The Nx generator of `npm run new:sink`: makes the folder of the sink, then updates everything that follows from the
// list of folders.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { generateFiles } from '@nx/devkit';
import { renderDerived, writeChanged } from '../../deploy/derived.mjs';
import { planSink } from './plan.mjs';

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, event: string }} options
 * @returns {Promise<() => Promise<void>>} what is left to do once the files are there
 */
export default async function newSink(tree, options) {
  const plan = await planSink(tree.root, options);
  const folder = `apps/${plan.folder}`;
  generateFiles(tree, join(import.meta.dirname, 'files'), folder, { ...plan });
  return async () => {
    // Long names break lines elsewhere.
    const biome = join(tree.root, 'node_modules/@biomejs/biome/bin/biome');
    spawnSync(process.execPath, [biome, 'format', '--write', folder], { cwd: tree.root });
    writeChanged(tree.root, await renderDerived(tree.root));
  };
}
