// One launcher per data folder: two would give the same files to two Kafkas and two Postgreses.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another launcher has this data folder. */
export class AlreadyRunningError extends Error {
  code = 'ALREADY_RUNNING';
}

/** @param {string} data @returns {() => void} lets go */
export function lockData(data) {
  const file = join(data, 'launcher.pid');
  mkdirSync(data, { recursive: true });
  const other = existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined;
  if (other && other !== process.pid && isLauncher(other)) {
    throw new AlreadyRunningError(
      `starting: another launcher (pid ${other}) uses ${data}; stop it, or take another folder with --data`,
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
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
