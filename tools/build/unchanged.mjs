// Remembers from which inputs a bundle was built, so that nothing unchanged is built again.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Beside the bundle; names in it are relative to the workspace, so a restored cache stays valid elsewhere. */
const recordName = 'inputs.json';

/**
 * @typedef {{ settings: string, files: Record<string, string> }} Inputs
 * `settings` is one hash for all that is not a source file: options, entry text, versions of the packages
 */

/** @param {string} folder the bundle's @param {string} root the workspace @param {string} settings */
export function isUnchanged(folder, root, settings) {
  const record = join(folder, recordName);
  if (!existsSync(record) || !existsSync(join(folder, 'main.mjs'))) return false;
  /** @type {Inputs} */
  const inputs = JSON.parse(readFileSync(record, 'utf8'));
  if (inputs.settings !== settings) return false;
  return Object.entries(inputs.files).every(([file, hash]) => hashFile(resolve(root, file)) === hash);
}

/**
 * @param {string} folder @param {string} root @param {string} settings
 * @param {import('esbuild').Metafile} metafile
 */
export function recordInputs(folder, root, settings, metafile) {
  // Installed packages are settled by the lockfile, which is part of the settings.
  const sources = Object.keys(metafile.inputs).filter(
    (file) => !file.includes('node_modules') && file !== '<stdin>',
  );
  /** @type {Inputs} */
  const inputs = {
    settings,
    files: Object.fromEntries(sources.map((file) => [file, hashFile(resolve(root, file)) ?? ''])),
  };
  writeFileSync(join(folder, recordName), JSON.stringify(inputs, undefined, 1));
}

/** @param {(string | Buffer)[]} parts */
export function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** @param {string} file @returns {string | undefined} */
function hashFile(file) {
  return existsSync(file) ? hashOf(readFileSync(file)) : undefined;
}
