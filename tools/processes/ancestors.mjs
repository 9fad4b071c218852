// Watches the ancestors of `npm start`: npm, then a shell. If npm is killed, both we and the shell would go on, so both
// are checked.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 500;

/**
 * Calls `gone` when the npm that started us (or a shell between) has ended. Without npm nobody is watched: a launcher
 * that was started by hand may outlive its shell.
 * @param {() => void} gone
 */
export function watchNpm(gone) {
  if (!process.env['npm_lifecycle_event']) return;
  const chain = chainToNpm();
  const timer = setInterval(() => {
    if (chain.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    gone();
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** Each process from us up to below npm, with its parent: an orphan gets a new parent. */
function chainToNpm() {
  const chain = [];
  for (let pid = process.pid; chain.length < 3; ) {
    const parent = parentOf(pid);
    if (parent === undefined || parent <= 1) break;
    chain.push({ pid, parent });
    if (/^(npm|node .*npm)/.test(commandOf(parent))) break;
    pid = parent;
  }
  return chain;
}

/** @param {number} pid @returns {number | undefined} */
function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
