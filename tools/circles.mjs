// Finds import circles: files that import each other, directly or through others, and sibling folders whose files do.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * A file of ours, with what it imports: paths from the root of the checkout.
 * @typedef {{ file: string, imports: readonly string[], forTests: boolean }} Source
 * @param {readonly Source[]} sources
 * @returns {string[]} a line per circle; empty when there is none
 */
export function circleFaults(sources) {
  return [...fileCircles(sources), ...folderCircles(sources)];
}

/**
 * The file of ours that an import leads to.
 * @param {string} root the checkout @param {string} from absolute path of the file with the import
 * @param {string} specifier @param {readonly { name: string, root: string }[]} projects
 * @returns {string | undefined} its path from the root; undefined for packages and for what is no source
 */
export function targetOf(root, from, specifier, projects) {
  if (specifier.startsWith('.')) return relative(root, join(dirname(from), specifier));
  const [, named, within] = /^@switchboard\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  const project = projects.find(({ name }) => name === named);
  const manifest = join(root, project?.root ?? '', 'package.json');
  if (project === undefined || !existsSync(manifest)) return undefined;
  const { exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  const entry = typeof exports === 'string' ? exports : exports[within === undefined ? '.' : `./${within}`];
  return typeof entry === 'string' ? join(project.root, entry) : undefined;
}

/** @param {readonly Source[]} sources */
function fileCircles(sources) {
  const graph = new Map(sources.map(({ file, imports }) => [file, new Set(imports)]));
  return circlesIn(graph).map((files) => `files import each other in a circle: ${files.join(' → ')}`);
}

/**
 * Of folders that lie in one: each stands for all that is in it. A folder may import what lies in it and be imported
 * from there, and a spec may look anywhere.
 * @param {readonly Source[]} sources
 */
function folderCircles(sources) {
  /** @type {Map<string, Map<string, Set<string>>>} by the folder that they lie in */
  const graphs = new Map();
  for (const { file, imports } of sources.filter(({ forTests }) => !forTests)) {
    for (const target of imports) {
      const [parent, from, to] = whereTheyPart(file, target);
      if (from === undefined || to === undefined) continue;
      const graph = graphs.get(parent) ?? new Map();
      graphs.set(parent, graph);
      graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return [...graphs.values()]
    .flatMap(circlesIn)
    .map((folders) => `folders import each other in a circle: ${folders.join(' → ')}`);
}

/**
 * The innermost folder that holds both files, and the two folders in it on the way to them; undefined for a file that
 * lies in that folder itself.
 * @param {string} one @param {string} other
 * @returns {[string, string | undefined, string | undefined]}
 */
function whereTheyPart(one, other) {
  const [a, b] = [dirname(one).split('/'), dirname(other).split('/')];
  let depth = 0;
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth += 1;
  const child = (/** @type {string[]} */ parts) =>
    parts.length > depth ? parts.slice(0, depth + 1).join('/') : undefined;
  return [a.slice(0, depth).join('/'), child(a), child(b)];
}

/**
 * One circle, a shortest one, of each group of nodes that reach each other.
 * @param {ReadonlyMap<string, ReadonlySet<string>>} graph
 * @returns {string[][]} the first node stands at the end again
 */
function circlesIn(graph) {
  /** @type {string[][]} */
  const circles = [];
  const told = new Set();
  for (const node of [...graph.keys()].sort()) {
    if (told.has(node)) continue;
    const circle = shortestCircle(graph, node);
    if (circle === undefined) continue;
    circles.push(circle);
    for (const one of reachingEachOther(graph, node)) told.add(one);
  }
  return circles;
}

/** @param {ReadonlyMap<string, ReadonlySet<string>>} graph @param {string} start @returns {string[] | undefined} */
function shortestCircle(graph, start) {
  /** @type {Map<string, string>} */
  const cameFrom = new Map();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at = node; at !== start; at = /** @type {string} */ (cameFrom.get(at))) way.unshift(at);
        return [start, ...way];
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

/** @param {ReadonlyMap<string, ReadonlySet<string>>} graph @param {string} node @returns {string[]} */
function reachingEachOther(graph, node) {
  return [...reachable(graph, node)].filter((other) => reachable(graph, other).has(node));
}

/** @param {ReadonlyMap<string, ReadonlySet<string>>} graph @param {string} start */
function reachable(graph, start) {
  const seen = new Set([start]);
  for (const node of seen) for (const next of graph.get(node) ?? []) seen.add(next);
  return seen;
}
