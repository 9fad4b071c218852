// Allows one launcher per data folder: two would give the same files to two servers of Kafka and Postgres.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another launcher has this data folder. */
export class AlreadyRunningError extends Error {
  code = 'ALREADY_RUNNING';
}

/**
 * Takes the folder. Of several that try at the same moment one gets it. Throws AlreadyRunningError.
 * @param {string} data
 * @returns {() => void} lets go
 */
export function lockData(data) {
  const file = join(data, 'launcher.pid');
  const own = `${file}.${process.pid}`;
  mkdirSync(data, { recursive: true });
  writeFileSync(own, String(process.pid));
  try {
    while (!linked(own, file)) {
      const holder = read(file);
      const pid = Number(holder);
      if (pid && pid !== process.pid && isLauncher(pid)) {
        throw new AlreadyRunningError(
          `starting: another launcher (pid ${pid}) uses ${data}; stop it, or take another folder with --data`,
        );
      }
      if (holder !== undefined) takeAway(file, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** A link appears with its content, and only where nothing is. @param {string} from @param {string} to */
function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes what a launcher that is gone has left, and nothing newer. @param {string} file @param {string} left */
function takeAway(file, left) {
  const away = `${file}.${process.pid}.gone`;
  try {
    renameSync(file, away);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return;
    throw error;
  }
  // Another launcher was quicker and has the folder by now: its file goes back.
  if (read(away) !== left) linked(away, file);
  rmSync(away, { force: true });
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The number may be somebody else's by now. @param {number} pid */
function isLauncher(pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs');
  } catch {
    return false;
  }
}
