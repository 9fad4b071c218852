// Checks fixed TCP ports: whether they are free, and which process holds one that is not.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isFree } from './ports.mjs';

/** A fixed port that somebody else has; the message says who and what to do. */
export class PortBusyError extends Error {
  code = 'PORT_BUSY';
}

/**
 * Fails with everything that is taken at once, so that one run tells all there is to change.
 * @param {{ name: string, port: number, change: string }[]} wanted `change` names the flag or variable
 */
export async function assertPortsFree(wanted) {
  /** @type {string[]} */
  const busy = [];
  for (const { name, port, change } of wanted) {
    if (await isFree(port)) continue;
    busy.push(
      `  port ${port} (${name}) is held by ${portHolder(port) ?? 'another process'}; stop it or set ${change}`,
    );
  }
  if (busy.length) throw new PortBusyError(`starting: ports are busy\n${busy.join('\n')}`);
}

/** "postgres (pid 123)", where the kernel tells us. @param {number} port @returns {string | undefined} */
export function portHolder(port) {
  if (process.platform !== 'linux') return undefined;
  const inodes = listeningInodes(port);
  if (!inodes.size) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openSockets(pid).some((inode) => inodes.has(inode))) return `${commandOf(pid)} (pid ${pid})`;
  }
  return undefined;
}

/** @param {number} port */
function listeningInodes(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of read(table).split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state === '0A' && local?.endsWith(`:${hex}`)) inodes.add(inode);
    }
  }
  return inodes;
}

/** @param {string} pid @returns {string[]} */
function openSockets(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** @param {string} pid */
function commandOf(pid) {
  const [program = '', ...rest] = read(`/proc/${pid}/cmdline`).split('\0');
  // A class path is no name.
  const script = rest.find((argument) => /^[^-]/.test(argument) && !argument.endsWith('*')) ?? '';
  return `${program.split('/').pop() || read(`/proc/${pid}/comm`).trim()} ${script}`.trim();
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
