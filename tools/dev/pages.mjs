// Checks pages for faults that a reader cannot see: links and files that do not exist, unknown commands and metrics,
// and sentences that are too long.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDERS = ['apps', 'libs', 'tools', 'deploy', 'docs'];
/** Files that stand for a reader's own. */
const EXAMPLES = /acme-desk|help-desk|NAME|NNNN|\*|(?:^|\/)x\./;
const MOST_WORDS = 40;

/** Every page, by its path from the root. @param {string} root @returns {string[]} */
export function pageNames(root) {
  const top = readdirSync(root).filter((name) => name.endsWith('.md'));
  const deep = filesUnder(root, 'docs').filter((path) => path.endsWith('.md'));
  const ofApps = readdirSync(join(root, 'apps')).map((app) => `apps/${app}/README.md`);
  return [...top, ...deep, ...ofApps].filter((path) => existsSync(join(root, path))).sort();
}

/**
 * All files of the folders that pages speak of, by their path from the root.
 * @param {string} root
 * @returns {string[]}
 */
export function projectFiles(root) {
  return FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    filesUnder(root, folder),
  );
}

/** @param {string} root @param {string} folder @returns {string[]} */
function filesUnder(root, folder) {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (name === 'node_modules' || name === 'dist') return [];
    return statSync(join(root, path)).isDirectory() ? filesUnder(root, path) : [path];
  });
}

/**
 * @typedef {object} Known what pages may speak of
 * @property {string} root the checkout
 * @property {readonly string[]} files by path from the root
 * @property {ReadonlySet<string>} scripts of package.json
 * @property {Readonly<Record<string, ReadonlySet<string>>>} verbs of scripts that take one
 * @property {string} sources the text of everything that names metrics
 */

/** The faults of a page, a line each. @param {Known} known @param {string} page its path @param {string} [text] */
export function pageFaults(known, page, text = readFileSync(join(known.root, page), 'utf8')) {
  const blocks = (text.match(/^```[\s\S]*?^```/gm) ?? []).join('\n');
  const code = [
    ...[...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? ''),
    ...(blocks.match(/(?<![\w./-])(?:apps|libs|tools|deploy|docs)\/[\w./-]*\w/g) ?? []),
  ];
  return [
    ...linkFaults(known, page, text),
    ...code.filter((name) => isMissing(known, name)).map((name) => `names ${name}, which does not exist`),
    ...commandFaults(known, text),
    ...[...new Set(text.match(/\b(?:switchboard|helpninja)_[a-z_]+[a-z]\b/g))]
      .filter((metric) => !known.sources.includes(`'${metric}'`))
      .map((metric) => `names the metric ${metric}, which no source has`),
    ...sentences(text)
      .filter((sentence) => sentence.split(' ').length > MOST_WORDS)
      .map((sentence) => `has a sentence of more than ${MOST_WORDS} words: ${sentence.slice(0, 60)}…`),
  ];
}

/** @param {Known} known @param {string} page @param {string} text */
function linkFaults({ root }, page, text) {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(file)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(file, 'utf8')).has(anchor);
    })
    .map((target) => `links to ${target}, which does not exist`);
}

/** A heading's anchor, as hosts of repositories make it. @param {string} text */
function anchorsOf(text) {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** A path or a file name that no file has. @param {Known} known @param {string} name */
function isMissing({ root, files }, name) {
  if (EXAMPLES.test(name)) return false;
  const library = /^@switchboard\/([\w-]+)/.exec(name)?.[1];
  if (library !== undefined) return !existsSync(join(root, 'libs', library));
  if (/^(?:apps|libs|tools|deploy|docs)\/[\w./-]+$/.test(name)) return !existsSync(join(root, name));
  if (!/^[\w./-]+\.(?:ts|mjs)$/.test(name) || name.startsWith('dist/') || name === 'main.mjs') return false;
  return !files.some((file) => file.endsWith(`/${name}`));
}

/** @param {Known} known @param {string} text */
function commandFaults({ scripts, verbs }, text) {
  return [...text.matchAll(/\bnpm run ([a-z:]+)(?: -- ([a-z]+))?/g)].flatMap(
    ([command, script = '', verb]) => {
      if (!scripts.has(script)) return [`says ${command}, which is no script of package.json`];
      const taken = verbs[script];
      return verb === undefined || taken === undefined || taken.has(verb)
        ? []
        : [`says ${command}, which is no verb of ${script}`];
    },
  );
}

/** The first words of the lines of a help text. @param {string} text @returns {Set<string>} */
export function verbsIn(text) {
  return new Set([...text.matchAll(/^ {2}([a-z]+)\b/gm)].map((match) => match[1] ?? ''));
}

/** @param {string} text */
const withoutBlocks = (text) => text.replace(/^```[\s\S]*?^```/gm, '');

/** @param {string} text */
const withoutCode = (text) => withoutBlocks(text).replace(/`[^`\n]*`/g, 'X');

/** Sentences of the prose: not of tables, headings and code. @param {string} text @returns {string[]} */
function sentences(text) {
  return withoutCode(text)
    .split(/\n\s*\n|\n(?=\s*(?:[-*|#]|\d+\.) )/)
    .filter((block) => !/^\s*(?:\||#|<!--)/.test(block))
    .map((block) =>
      block
        .replace(/\]\([^)]*\)/g, ']')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .flatMap((block) => block.split(/(?<=[.!?:;]\)?\*?) (?=[\p{Lu}*[("])/u));
}
