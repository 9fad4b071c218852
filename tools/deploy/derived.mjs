// Generates the files that follow from the list of sink folders. They are in the repository, so that they can be read
// and deployed without a build. `npm run docs` writes them; a spec fails if one is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { alerts } from './alerts.mjs';
import { dashboard } from './dashboard.mjs';
import { withMarked } from './marked.mjs';
import { composeServices, helmValues, sinkTable } from './parts.mjs';
import { sinkFolders } from './sinks.mjs';

/** @typedef {import('./sinks.mjs').SinkFolder} SinkFolder */

/**
 * @type {Record<string, { part: (folders: SinkFolder[]) => string } | { whole: (folders: SinkFolder[]) => string }>}
 */
const files = {
  'docs/sinks.md': { part: sinkTable },
  'docker-compose.yml': { part: composeServices },
  'deploy/helm/switchboard/values.yaml': { part: helmValues },
  'deploy/grafana/sinks.json': { whole: dashboard },
  'deploy/prometheus/sinks.yaml': { whole: alerts },
};

/** Every derived file, by its path from the root. */
export const derivedFiles = Object.keys(files);

/**
 * What each derived file must hold, by its path from the root.
 * @param {string} root the checkout
 * @param {SinkFolder[]} [folders] default: those that are there
 */
export async function renderDerived(root, folders) {
  const list = folders ?? (await sinkFolders(root));
  return new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      'whole' in file ? file.whole(list) : withMarked(path, textOf(root, path), 'sinks', file.part(list)),
    ]),
  );
}

/**
 * Writes what has changed. Answers the paths that were written.
 * @param {string} root @param {Map<string, string>} texts
 */
export function writeChanged(root, texts) {
  const changed = changedFiles(root, texts);
  for (const path of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), texts.get(path) ?? '');
  }
  return changed;
}

/** The paths whose files hold something else. @param {string} root @param {Map<string, string>} texts */
export function changedFiles(root, texts) {
  return [...texts].filter(([path, text]) => textOf(root, path) !== text).map(([path]) => path);
}

/** @param {string} root @param {string} path */
function textOf(root, path) {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
