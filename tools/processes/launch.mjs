// Starts a process that keeps running: under the guard, with its output in a file, and waits until it is ready.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CommandError, lastLines } from './run.mjs';

const EVERY_MS = 50;
const ANSWER_MS = 5_000;

/**
 * @typedef {object} Launch
 * @property {string} name
 * @property {string} command
 * @property {readonly string[]} args
 * @property {import('node:child_process').SpawnOptions} [options] environment, folder and user. `detached`: in a process
 *   group of its own, so that Ctrl-C does not reach it before its users have drained
 * @property {string} [logFile] what it writes is added there, and not to a pipe: it must not depend on our life; default nowhere
 * @property {boolean} [lives] its standard input is a pipe that closes with us, so that it can end by itself
 * @property {import('./guard.mjs').Guard} [guard] ends it when we end without having done so
 * @property {Omit<import('./guard.mjs').WatchOptions, 'name'>} [watch] how the guard ends it
 */

/**
 * @param {Launch} launch
 * @returns a process that runs or has ended
 */
export function launch({
  name,
  command,
  args,
  options = {},
  logFile,
  lives = false,
  guard,
  watch = { stage: 1 },
}) {
  if (logFile !== undefined) mkdirSync(dirname(logFile), { recursive: true });
  const log = logFile === undefined ? undefined : openSync(logFile, 'a');
  const earlier = log === undefined ? 0 : fstatSync(log).size;
  const output = log ?? 'ignore';
  const child = spawn(command, args, { ...options, stdio: [lives ? 'pipe' : 'ignore', output, output] });
  if (log !== undefined) closeSync(log);
  child.stdin?.on('error', () => {});
  const pid = child.pid ?? 0;
  if (pid > 0) guard?.watch(pid, { name, ...watch });
  /** @type {string | undefined} */
  let ended;
  /** @type {Promise<string>} */
  const gone = new Promise((resolve) => {
    const end = (/** @type {string} */ how) => {
      ended = how;
      guard?.forget(pid);
      resolve(how);
    };
    child.once('error', ({ message }) => end(message));
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  });
  return {
    name,
    pid,
    process: child,
    logFile,
    /** How it ended: a signal, an exit code, or why it could not be started; undefined while it runs. */
    get ended() {
      return ended;
    },
    /** Resolves with how it ended. */
    gone,
    /** What it has written. */
    said: () => (logFile === undefined ? '' : readFileSync(logFile).subarray(earlier).toString()),
  };
}

/** @typedef {ReturnType<typeof launch>} Launched */

/**
 * Resolves when a process can work. Throws CommandError with its last words when it has ended, or takes too long.
 * @param {Launched} launched
 * @param {object} wish
 * @param {string} wish.doing begins the error
 * @param {() => Promise<string | undefined>} wish.trouble asks it: what is missing until it can work, if anything
 * @param {number} wish.withinMs
 */
export async function untilReady(launched, { doing, trouble, withinMs }) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const missing = await trouble();
    if (missing === undefined && launched.ended === undefined) return;
    const late = Date.now() > deadline ? `not ready after ${withinMs / 1000} s: ${missing}` : undefined;
    const fault = launched.ended ?? late;
    if (fault !== undefined)
      throw new CommandError(`${doing}: ${fault}; see ${launched.logFile}\n${lastLines(launched.said())}`);
    await wait(EVERY_MS);
  }
}

/** What is missing until an address answers 2xx. @param {string} url @returns {Promise<string | undefined>} */
export async function noAnswer(url) {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await reply.arrayBuffer();
    return reply.ok ? undefined : `status ${reply.status}`;
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}
