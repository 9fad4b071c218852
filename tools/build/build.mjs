// Builds each app into one ESM file, plus the packages that are loaded on first use. swc compiles TypeScript first,
// because Nest's dependency injection needs decorator metadata, which esbuild does not emit; then esbuild bundles.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { hashOf, isUnchanged, recordInputs } from './unchanged.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Nest and Fastify load these only when they are used and installed; they stay imports in the bundle. */
const optional = [
  '@nestjs/platform-express',
  '@nestjs/platform-socket.io',
  '@nestjs/platform-ws',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  '@nestjs/axios',
  '@nestjs/mongoose',
  '@nestjs/sequelize',
  '@nestjs/typeorm',
  '@mikro-orm/core',
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  'class-transformer',
  'class-transformer/*',
  'class-validator',
  'amqplib',
  'amqp-connection-manager',
  'ioredis',
  'mqtt',
  '@nats-io/transport-node',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  'pg-native',
  'cache-manager',
];

// Bundled CommonJS packages expect these three.
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __dirnameOf } from 'node:path';",
  "import { fileURLToPath as __fileOf } from 'node:url';",
  'const require = __createRequire(import.meta.url), __filename = __fileOf(import.meta.url), __dirname = __dirnameOf(__filename);',
].join(' ');

/** @type {import('esbuild').BuildOptions & { metafile: true }} */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  // A process keeps the text of its bundle in memory.
  minifyWhitespace: true,
  lineLimit: 160,
  metafile: true,
  logLevel: 'warning',
  external: optional,
  banner: { js: banner },
};

/** A source that cannot be bundled; esbuild has printed where. */
export class BuildError extends Error {
  code = 'BUILD_FAILED';
}

/**
 * Packages with a file of their own: large, or with characters that would double the memory of all text beside them.
 */
const PARTS = /^(?:openai|tinyld\/light)$/;

/** @param {string} name */
const partOf = (name) => `${name.replaceAll('/', '-')}.mjs`;

/**
 * Leaves out what `import()` loads of those packages, and notes it.
 * @param {Set<string>} parts
 * @returns {import('esbuild').Plugin}
 */
function partsPlugin(parts) {
  return {
    name: 'parts',
    setup(build) {
      build.onResolve({ filter: PARTS }, ({ path, kind }) => {
        if (kind !== 'dynamic-import') return undefined;
        parts.add(path);
        return { path: `./${partOf(path)}`, external: true };
      });
    },
  };
}

/** @param {string} name @param {string} folder */
async function buildPart(name, folder) {
  const { build } = await import('esbuild');
  const contents = `export * from '${name}';`;
  await build({ ...options, stdin: { contents, resolveDir: root }, outfile: join(folder, partOf(name)) });
}

/** Every app folder; `sinks` is not a folder but all `sink-*` in one process, `setup` the former name of `cli`. */
export function appNames() {
  const apps = readdirSync(join(root, 'apps')).filter((name) =>
    existsSync(join(root, 'apps', name, 'src/main.ts')),
  );
  return apps.some((name) => name.startsWith('sink-')) ? [...apps, 'sinks', 'setup'] : apps;
}

/**
 * Builds each app to `dist/APP/main.mjs`, in this process, and leaves alone what has not changed.
 * @param {string[]} apps
 * @param {{ out: string, alter: (path: string, text: string) => string }} [variant] builds to another folder, from
 *   sources that `alter` may change on their way into the bundle
 * @returns {Promise<{ built: string[], unchanged: string[] }>}
 */
export async function buildApps(apps, variant) {
  const works = apps.map((app) => {
    const entry = entryOf(app);
    return {
      app,
      entry,
      folder: join(variant?.out ?? join(root, 'dist'), app),
      settings: settingsHash(entry),
    };
  });
  // A record of inputs knows nothing of what was changed on the way.
  const due = variant ? works : works.filter(({ folder, settings }) => !isUnchanged(folder, root, settings));
  const unchanged = works.filter((work) => !due.includes(work)).map(({ app }) => app);
  if (!due.length) return { built: [], unchanged };
  const { transform } = await import('@swc/core');
  const { build, stop } = await import('esbuild');
  const plugin = swcPlugin(transform, variant?.alter);
  await Promise.all(
    due.map(async ({ app, entry, folder, settings }) => {
      rmSync(folder, { recursive: true, force: true });
      /** @type {Set<string>} */
      const parts = new Set();
      const bundle = build({
        ...options,
        stdin: { contents: entry, resolveDir: root, sourcefile: '<stdin>' },
        outfile: join(folder, 'main.mjs'),
        plugins: [plugin, partsPlugin(parts)],
      });
      const { metafile } = await bundle.catch((cause) => {
        throw new BuildError(`building ${app}: see the errors above and mend the sources`, { cause });
      });
      await Promise.all([...parts].map((name) => buildPart(name, folder)));
      recordInputs(folder, root, settings, metafile);
    }),
  )
    // Its service keeps gigabytes for builds to come.
    .finally(() => stop());
  return { built: due.map(({ app }) => app), unchanged };
}

/**
 * Builds a command that is written in TypeScript and stays in the checkout: what it asks for beside its sources is
 * found there, and the `.mjs` files of tools/ that it stands on stay where they are.
 * @param {string} entry path from the root
 * @param {{ name: string, alter: (path: string, text: string) => string }} [variant] a file of another name, from sources
 *   that `alter` may change on their way into the bundle
 * @returns {Promise<string>} the file to import
 */
export async function buildTool(entry, variant) {
  const { transform } = await import('@swc/core');
  const { build, stop } = await import('esbuild');
  const outfile = join(root, '.cache/tools', `${variant?.name ?? basename(dirname(entry))}.mjs`);
  /** @param {string} path @param {string} text */
  const alter = (path, text) =>
    (variant?.alter(path, text) ?? text).replaceAll('import.meta.dirname', () =>
      JSON.stringify(dirname(path)),
    );
  await build({
    ...options,
    entryPoints: [entry],
    outfile,
    plugins: [swcPlugin(transform, alter), plainModules],
  })
    .catch((cause) => {
      throw new BuildError(`building ${entry}: see the errors above and mend the sources`, { cause });
    })
    .finally(() => stop());
  return outfile;
}

/** @type {import('esbuild').Plugin} They find files beside themselves, so they must not move. */
const plainModules = {
  name: 'plain-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.mjs$/ }, ({ path, resolveDir }) =>
      resolveDir.startsWith(join(root, 'tools'))
        ? { path: pathToFileURL(join(resolveDir, path)).href, external: true }
        : undefined,
    );
  },
};

/** The text that the bundle starts from. @param {string} app */
function entryOf(app) {
  const folders =
    app === 'sinks' ? appNames().filter((name) => name.startsWith('sink-')) : [app === 'setup' ? 'cli' : app];
  return folders.map((name) => `import './apps/${name}/src/main.ts';`).join('\n');
}

/** @param {string} entry */
function settingsHash(entry) {
  const files = ['package-lock.json', '.swcrc', 'tools/build/build.mjs'];
  return hashOf(entry, ...files.map((file) => readFileSync(join(root, file))));
}

/**
 * @param {typeof import('@swc/core').transform} transform
 * @param {(path: string, text: string) => string} [alter]
 * @returns {import('esbuild').Plugin}
 */
function swcPlugin(transform, alter = (_path, text) => text) {
  const { $schema, ...swcrc } = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
  /** @type {Map<string, Promise<{ contents: string, loader: 'js' }>>} Libraries are in every app: compile them once. */
  const compiled = new Map();
  /** @param {string} path */
  const compile = async (path) => {
    const options = { ...swcrc, filename: path, swcrc: false, sourceMaps: 'inline' };
    const { code } = await transform(alter(path, await readFile(path, 'utf8')), options);
    return { contents: narrow(code), loader: /** @type {const} */ ('js') };
  };
  return {
    name: 'swc',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const ready = compiled.get(path) ?? compile(path);
        compiled.set(path, ready);
        return ready;
      });
    },
  };
}

/**
 * A single character beyond Latin-1 makes V8 keep the whole bundle in two bytes a character: escapes say the same.
 * @param {string} code
 */
function narrow(code) {
  return code.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  if (wanted[0] === '--help') {
    console.log('node tools/build/build.mjs [APP...]   builds the named apps, or all, to dist/APP/main.mjs');
    process.exit();
  }
  try {
    const { built, unchanged } = await buildApps(wanted.length ? wanted : appNames());
    console.log(`Built: ${built.join(', ') || 'nothing'}. Unchanged: ${unchanged.join(', ') || 'nothing'}.`);
  } catch (error) {
    console.error(error instanceof BuildError ? error.message : error);
    process.exitCode = 1;
  }
}
