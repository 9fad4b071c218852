// The launcher's side of guardian.mjs: registers processes, and ends all of them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} WatchOptions
 * @property {string} name
 * @property {number} stage lower stages end first
 * @property {NodeJS.Signals} [signal]
 * @property {boolean} [group] the process leads a group of its own, end the whole group
 * @property {number} [graceMs] SIGKILL after this long
 * @typedef {{ ended: string, ms: number, forced: boolean }} Ended
 */

/** Starts the guardian; keep the one you get for the life of the launcher. */
export function startGuard() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('guardian.mjs', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  /** @type {(ended: Ended) => void} */
  let onEnded = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => onEnded(JSON.parse(line)));
  child.stdin.on('error', () => {});
  // The launcher may end by itself while the guardian waits for it: neither keeps the other.
  child.unref();
  /** @type {import('node:net').Socket} */ (child.stdin).unref();
  /** @type {import('node:net').Socket} */ (child.stdout).unref();

  let ended = false;

  /** @param {unknown} order */
  const tell = (order) => child.stdin.write(`${JSON.stringify(order)}\n`);

  return {
    pid: /** @type {number} */ (child.pid),
    /** @param {number} pid @param {WatchOptions} options */
    watch(pid, { name, stage, signal = 'SIGTERM', group = false, graceMs = 10_000 }) {
      // Born while everything was being ended: nobody would end it.
      if (ended) process.kill(group ? -pid : pid, 'SIGKILL');
      else tell({ watch: { pid, name, stage, signal, group, graceMs } });
    },
    /** @param {number} pid */
    forget: (pid) => ended || tell({ forget: pid }),
    /** Delete this file or folder after everything has ended. @param {string} path */
    remove: (path) => tell({ remove: path }),
    /** Ends everything in order and resolves when nothing is left. @param {(ended: Ended) => void} [report] */
    async endAll(report) {
      if (report) onEnded = report;
      ended = true;
      child.ref();
      child.stdin.end();
      await gone;
    },
  };
}

/** @typedef {ReturnType<typeof startGuard>} Guard */
