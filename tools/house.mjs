// Rules of the house that a linter cannot check: every project has a layer, imports follow the layers, names of topics
// and events are only in contracts, every import resolves, every sink is tested by the conformance suite, and there are
// no import circles.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { circleFaults, targetOf } from './circles.mjs';

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s+(?:type\s+)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

// Specs, and what only specs stand on.
const FOR_TESTS = /(?:\.spec|\/spec-kit|\/test-[a-z\d-]+)\.ts$/;

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const RUNS = /(?:^|[^.\w])run\(([^()]*)\)/gm;
const NAME = /^[A-Za-z_]\w*$/;

/**
 * @typedef {{ name: string, root: string, layer: string | undefined }} Project
 * @param {string} root the checkout
 * @param {Record<string, { imports: string[] }>} layers the rule of each layer
 * @param {{ topics: string[], types: string[] }} names literals that only contracts may hold
 * @returns {string[]} a line per fault; empty when the house is in order
 */
export function houseFaults(root, layers, names) {
  const projects = findProjects(root);
  return [
    ...projects.flatMap((project) => tagFaults(project, layers)),
    // The tutorial has sinks too, none of which is run.
    ...projects
      .filter(({ root: folder, layer }) => layer === 'sink-app' && folder.startsWith('apps'))
      .flatMap((project) => conformanceFaults(root, project)),
    ...projects.flatMap((project) =>
      sourceFiles(join(root, project.root)).flatMap((file) =>
        fileFaults(root, project, file, projects, layers, names),
      ),
    ),
    ...circleFaults(
      projects.flatMap((project) =>
        sourceFiles(join(root, project.root)).map((file) => sourceOf(root, file, projects)),
      ),
    ),
  ];
}

/** @param {string} root @param {string} file @param {Project[]} projects */
function sourceOf(root, file, projects) {
  const targets = importsIn(readFileSync(file, 'utf8')).map((specifier) =>
    targetOf(root, file, specifier, projects),
  );
  return {
    file: relative(root, file),
    imports: targets.filter((target) => target !== undefined),
    forTests: FOR_TESTS.test(file),
  };
}

/** What a file imports, types too, as it is written there. @param {string} text */
function importsIn(text) {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? '');
}

/** @param {string} root @returns {Project[]} */
export function findProjects(root) {
  return ['apps', 'libs', 'tools', 'docs'].flatMap((group) => {
    const folders = existsSync(join(root, group))
      ? [group, ...readdirSync(join(root, group)).map((name) => join(group, name))]
      : [];
    return folders
      .filter((folder) => existsSync(join(root, folder, 'project.json')))
      .map((folder) => {
        const { name, tags = [] } = JSON.parse(readFileSync(join(root, folder, 'project.json'), 'utf8'));
        const layer = tags
          .find((/** @type {string} */ tag) => tag.startsWith('layer:'))
          ?.slice('layer:'.length);
        return { name, root: folder, layer };
      });
  });
}

/** @param {Project} project @param {Record<string, unknown>} layers */
function tagFaults({ name, layer }, layers) {
  if (layer === undefined) return [`${name}: project.json has no layer: tag`];
  return layer in layers ? [] : [`${name}: no rule for layer:${layer} in tools/layers.mjs`];
}

/**
 * Sinks that an app runs, and of which none of its specs says `testSink`. One that cannot be named is told too: it
 * could not be found in a spec.
 *
 * @param {string} root @param {Project} project
 */
function conformanceFaults(root, project) {
  const files = sourceFiles(join(root, project.root));
  const codeOf = (/** @type {(file: string) => boolean} */ wanted) =>
    files
      .filter(wanted)
      .map((file) => readFileSync(file, 'utf8').replace(COMMENT, ''))
      .join('\n');
  const runs = [...codeOf((file) => !FOR_TESTS.test(file)).matchAll(RUNS)];
  const sinks = runs
    .flatMap((match) => (match[1] ?? '').split(',').map((text) => text.trim()))
    .filter(Boolean);
  if (sinks.length === 0) return [`${project.name}: runs no sink`];
  const specs = codeOf((file) => file.endsWith('.spec.ts'));
  return sinks
    .filter((sink) => !NAME.test(sink) || !new RegExp(`\\btestSink\\(\\s*${sink}\\s*,`).test(specs))
    .map((sink) => `${project.name}: runs ${sink}, and no spec of it calls testSink(${sink}, …)`);
}

/** @param {string} folder @returns {string[]} */
function sourceFiles(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules' || name === 'dist') return [];
    if (statSync(path).isDirectory()) return existsSync(join(path, 'project.json')) ? [] : sourceFiles(path);
    return /\.(ts|mjs|js)$/.test(name) ? [path] : [];
  });
}

/**
 * @param {string} root
 * @param {Project} project
 * @param {string} file
 * @param {Project[]} projects
 * @param {Record<string, { imports: string[] }>} layers
 * @param {{ topics: string[], types: string[] }} names
 */
function fileFaults(root, project, file, projects, layers, names) {
  const text = readFileSync(file, 'utf8');
  const shown = relative(root, file);
  const spec = FOR_TESTS.test(file);
  return [
    ...importsIn(text).flatMap((specifier) =>
      importFaults(root, project, file, specifier, projects, layers).map((fault) => `${shown}: ${fault}`),
    ),
    ...(spec || project.name === 'contracts' || project.name === 'sandbox'
      ? []
      : literalFaults(text, names).map((fault) => `${shown}: ${fault}`)),
  ];
}

/**
 * @param {string} root
 * @param {Project} project
 * @param {string} file
 * @param {string} specifier
 * @param {Project[]} projects
 * @param {Record<string, { imports: string[] }>} layers
 */
function importFaults(root, project, file, specifier, projects, layers) {
  if (isBuiltin(specifier)) return [];
  if (specifier.startsWith('.'))
    return existsSync(join(dirname(file), specifier)) ? [] : [`imports ${specifier}, which does not exist`];
  if (!specifier.startsWith('@switchboard/')) {
    const parts = specifier.split('/');
    const folder = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
    return existsSync(join(root, 'node_modules', folder ?? ''))
      ? []
      : [`imports ${specifier}, which is not installed`];
  }
  const [, named, within] = /^@switchboard\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  const target = projects.find(({ name }) => name === named);
  if (target === undefined || target.layer === undefined)
    return [`imports ${specifier}, which does not exist`];
  if (within !== undefined && !entriesOf(join(root, target.root)).includes(`./${within}`))
    return [`imports ${specifier}, which does not exist`];
  const forTests = named === 'conformance' || within === 'spec-kit';
  if (forTests && project.name !== 'conformance' && !FOR_TESTS.test(file))
    return [`imports ${specifier}, which only specs may`];
  const allowed = [project.layer, ...(layers[project.layer ?? '']?.imports ?? [])];
  const apps = target.layer === 'app' || target.layer === 'sink-app';
  if (target.name !== project.name && (apps || !allowed.includes(target.layer)))
    return [`${project.layer} may not import ${specifier}: a layer imports only from layers below it`];
  if (
    target.layer === 'testing' &&
    !['testing', 'tools', 'conformance'].includes(project.layer ?? '') &&
    !FOR_TESTS.test(file)
  ) {
    return ['imports @switchboard/testing, which only specs may'];
  }
  return [];
}

/** Entries that a library offers beside its index. @param {string} folder @returns {string[]} */
function entriesOf(folder) {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')).exports ?? {});
}

/** @param {string} text @param {{ topics: string[], types: string[] }} names */
function literalFaults(text, names) {
  return [...names.topics, ...names.types]
    .filter((name) => [`'${name}'`, `"${name}"`, `\`${name}\``].some((literal) => text.includes(literal)))
    .map((name) => `has the literal ${name}; import it from contracts`);
}
