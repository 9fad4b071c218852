// A small process in its own session that ends what the launcher started, in order: when asked to, or when the launcher
// is gone. Then our stdin closes, even after SIGKILL, so nothing outlives the launcher.
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @typedef {{ pid: number, name: string, stage: number, signal: NodeJS.Signals, group: boolean, graceMs: number, birth?: string | undefined }} Ward
 * What the launcher writes, one JSON object a line: a process to end, one that ended, a file or folder to delete at the
 * end.
 * @typedef {{ watch: Ward } | { forget: number } | { remove: string }} Order
 */

/** @type {Map<number, Ward>} */
const wards = new Map();
/** @type {string[]} */
const leftovers = [];

// Ctrl-C and a closing terminal are the launcher's to hear; we leave when it does.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGPIPE']))
  process.on(signal, () => {});
process.stdout.on('error', () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => obey(JSON.parse(line)));
lines.on('close', endAll);

/** @param {Order} order */
function obey(order) {
  if ('watch' in order) wards.set(order.watch.pid, { ...order.watch, birth: birthOf(order.watch.pid) });
  else if ('forget' in order) wards.delete(order.forget);
  else leftovers.push(order.remove);
}

async function endAll() {
  const stages = [...new Set([...wards.values()].map(({ stage }) => stage))].sort((a, b) => a - b);
  for (const stage of stages) {
    await Promise.all([...wards.values()].filter((ward) => ward.stage === stage).map(end));
  }
  for (const path of leftovers) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

/** @param {Ward} ward */
async function end(ward) {
  const begun = Date.now();
  send(ward, ward.signal);
  let forced = false;
  while (isAlive(ward)) {
    if (!forced && Date.now() - begun > ward.graceMs) {
      forced = true;
      send(ward, 'SIGKILL');
    }
    await wait(25);
  }
  // A group may hold children that outlived their parent.
  if (ward.group) send(ward, 'SIGKILL', true);
  process.stdout.write(`${JSON.stringify({ ended: ward.name, ms: Date.now() - begun, forced })}\n`);
}

/** @param {Ward} ward @param {NodeJS.Signals} signal @param {boolean} [orphans] */
function send(ward, signal, orphans = false) {
  if (!orphans && !isAlive(ward)) return;
  try {
    process.kill(ward.group ? -ward.pid : ward.pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/** @param {Ward} ward */
function isAlive(ward) {
  try {
    process.kill(ward.pid, 0);
  } catch {
    return false;
  }
  const now = birthOf(ward.pid);
  return now !== 'dead' && now === ward.birth;
}

/**
 * When the kernel says this process began, so that a number used again is not mistaken for our process.
 * @param {number} pid
 * @returns {string | undefined} undefined where there is no /proc, 'dead' for a zombie or nobody
 */
function birthOf(pid) {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : fields[19];
  } catch {
    return 'dead';
  }
}
