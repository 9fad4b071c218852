// Keeps processes running: starts a process again if it ends, with growing delays and a message, until it is stopped.
import { setTimeout as wait } from 'node:timers/promises';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5_000;
/** After this long on its feet a process is well again. */
const WELL_AFTER_MS = 60_000;

/**
 * @typedef {{ pid: number, process: import('node:child_process').ChildProcess }} Started
 * @typedef {{ name: string, start: () => Promise<Started>, logFile: string }} Charge
 *   `start` resolves when the process is ready to work
 */

/**
 * @param {{ say: (line: string) => void, guard: import('../processes/guard.mjs').Guard, onChange: () => void }} options
 *   `onChange` is called after a restart: process ids are new
 */
export function createSupervisor({ say, guard, onChange }) {
  /** @type {Map<string, number>} */
  const pids = new Map();
  /** @type {Map<string, number>} ends in a row, by name */
  const failures = new Map();
  let ending = false;

  /** @param {Charge} charge @param {Started} started */
  function keep(charge, started) {
    const begun = Date.now();
    pids.set(charge.name, started.pid);
    const ended = (/** @type {number | null} */ code, /** @type {NodeJS.Signals | null} */ signal) => {
      if (ending) return;
      guard.forget(started.pid);
      if (Date.now() - begun > WELL_AFTER_MS) failures.delete(charge.name);
      void revive(charge, signal ?? `exit code ${code}`);
    };
    const { exitCode, signalCode } = started.process;
    if (exitCode !== null || signalCode !== null) ended(exitCode, signalCode);
    else started.process.once('exit', ended);
  }

  /** @param {Charge} charge @param {string} cause */
  async function revive(charge, cause) {
    let why = cause;
    for (;;) {
      const row = failures.get(charge.name) ?? 0;
      failures.set(charge.name, row + 1);
      const delay = Math.min(FIRST_DELAY_MS * 2 ** row, LONGEST_DELAY_MS);
      say(
        `  ! ${charge.name} ended (${why}); starting it again in ${delay / 1000} s. Log: ${charge.logFile}`,
      );
      await wait(delay);
      if (ending) return;
      try {
        const started = await charge.start();
        if (ending) return;
        say(`  ✓ ${charge.name} is back (pid ${started.pid})`);
        keep(charge, started);
        onChange();
        return;
      } catch (error) {
        if (ending) return;
        why = /** @type {Error} */ (error).message.split('\n')[0] ?? '';
      }
    }
  }

  return {
    /** Starts it and keeps it running; fails when the first start fails. @param {Charge} charge */
    async run(charge) {
      const started = await charge.start();
      keep(charge, started);
      return started;
    },
    /** From now on nothing is started again. */
    end() {
      ending = true;
    },
    /** @returns {Record<string, number>} by name */
    pids: () => Object.fromEntries(pids),
  };
}

/** @typedef {ReturnType<typeof createSupervisor>} Supervisor */
