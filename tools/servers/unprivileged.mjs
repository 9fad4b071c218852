// Runs Postgres as the user `nobody` if we are root (in a container, in CI), because it refuses to run as root.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How to start a program that reads `paths` and owns `data` without being root.
 * @param {{ paths: string[], data: string }} needs both exist
 * @returns {{ prefix: string[], options: { uid?: number, gid?: number, cwd: string } }}
 *   put `prefix` before the command, pass `options` to spawn
 */
export function unprivileged({ paths, data }) {
  if (process.getuid?.() !== 0) return { prefix: [], options: { cwd: data } };
  const uid = idOf('-u');
  const gid = idOf('-g');
  giveAway(data, uid, gid);
  if ([...paths, data].every((path) => canEnter(path, uid, gid))) {
    return { prefix: [], options: { uid, gid, cwd: '/' } };
  }
  // A checkout under a home of mode 0700: still nobody, but allowed through closed folders.
  const prefix = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    // access(2), by which Postgres looks for its own programs, forgets capabilities of others than root without this.
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ];
  return { prefix, options: { cwd: '/' } };
}

/** @param {string} path @param {number} uid @param {number} gid */
function canEnter(path, uid, gid) {
  return spawnSync('ls', [path], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** @param {string} path @param {number} uid @param {number} gid */
function giveAway(path, uid, gid) {
  if (!existsSync(path) || lstatSync(path).uid === uid) return;
  chownSync(path, uid, gid);
  if (lstatSync(path).isDirectory())
    for (const name of readdirSync(path)) giveAway(join(path, name), uid, gid);
}

/** @param {'-u' | '-g'} which */
function idOf(which) {
  return Number(spawnSync('id', [which, 'nobody'], { encoding: 'utf8' }).stdout);
}
