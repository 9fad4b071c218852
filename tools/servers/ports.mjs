// Reserves free TCP ports for as long as we run. Between the choice of a port and the start of its server, and while
// that server is down, two things could take it: another process of this repository, which sees the reservation, and
// the kernel, which gives outgoing connections ports of another, higher range.
import { randomInt } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below what Linux (from 32768) and macOS (from 49152) give to outgoing connections. */
const LOWEST = 20_000;
const HIGHEST = 31_999;
/** A claim whose process is gone is not taken over at once: two might do so at the same moment. */
const STALE_MS = 60_000;

const claims = join(tmpdir(), `switchboard-ports-${process.getuid?.() ?? 0}`);
/** @type {Set<number>} */
const ours = new Set();

/**
 * So many free ports, all different, claimed until this process ends.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  if (ours.size === 0 && count > 0) begin();
  /** @type {number[]} */
  const found = [];
  for (let tries = 0; found.length < count; tries += 1) {
    if (tries > HIGHEST - LOWEST) throw new Error(`looking for free ports: none left; see ${claims}`);
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (!claim(port)) continue;
    if (await isFree(port)) found.push(port);
    else release(port);
  }
  return found;
}

/** @param {number} port */
export async function isFree(port) {
  try {
    const server = await listen(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function begin() {
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(claims)) {
    if (isStale(join(claims, name))) rmSync(join(claims, name), { force: true });
  }
  process.once('exit', () => [...ours].forEach(release));
}

/** @param {number} port */
function claim(port) {
  try {
    const file = openSync(join(claims, String(port)), 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    ours.add(port);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {number} port */
function release(port) {
  rmSync(join(claims, String(port)), { force: true });
  ours.delete(port);
}

/** @param {string} file */
function isStale(file) {
  try {
    if (Date.now() - statSync(file).mtimeMs < STALE_MS) return false;
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return false;
  } catch (error) {
    // A claim that has just gone needs no removal.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/** @param {number} port @returns {Promise<import('node:net').Server>} */
function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
