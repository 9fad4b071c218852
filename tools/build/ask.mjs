// Runs a few lines of code against the sources and returns the JSON that they print. They are bundled with their
// imports and run as a separate process.
import { spawnSync } from 'node:child_process';

/** Sources that cannot be bundled or run; esbuild or Node has said why. */
export class AskError extends Error {
  code = 'SOURCES_UNREADABLE';
}

/**
 * @param {string} root the checkout
 * @param {{ doing: string, lines: string, plugins?: import('esbuild').Plugin[] }} question `lines` import by paths from
 *   the root and print JSON; `doing` begins the error
 * @returns {Promise<any>} what they printed
 */
export async function ask(root, { doing, lines, plugins = [] }) {
  const { build, stop } = await import('esbuild');
  const bundle = build({
    stdin: { contents: lines, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'warning',
    plugins: [...plugins, installed],
  });
  const { outputFiles } = await bundle
    .catch((cause) => {
      throw new AskError(`${doing}: see the errors above and mend the sources`, { cause });
    })
    // Its service keeps gigabytes for builds to come.
    .finally(() => stop());
  const told = spawnSync(process.execPath, ['--input-type=module', '-'], {
    // Packages are found from here.
    cwd: root,
    input: outputFiles[0]?.text ?? '',
    encoding: 'utf8',
  });
  if (told.status !== 0) throw new AskError(`${doing}: ${told.stderr || told.error}`);
  return JSON.parse(told.stdout);
}

/**
 * @type {import('esbuild').Plugin} Installed packages are imported from where they are: only our own code is bundled.
 */
const installed = {
  name: 'installed',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith('@switchboard/') ? undefined : { path, external: true },
    );
  },
};
