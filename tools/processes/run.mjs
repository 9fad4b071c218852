// Child processes two ways: a command that must end well, and a server that stays and logs to a file. Neither outlives us:
// the guard ends them when we are ended.
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A command or server that did not do what it should; the message ends with its last words. */
export class CommandError extends Error {
  code = 'COMMAND_FAILED';
}

/**
 * Runs to the end and gives back its output. The command leads a process group of its own, so that what it starts itself
 * (Maven's Java, npm's scripts) ends with it.
 * @param {string} command
 * @param {string[]} args
 * @param {{ doing: string, guard: import('./guard.mjs').Guard, input?: string, onLine?: (line: string) => void, graceMs?: number } & import('node:child_process').SpawnOptions} options
 *   `graceMs`: how long it may take to end after SIGTERM; default 10 s
 * @returns {Promise<string>}
 */
export function run(command, args, { doing, guard, input, onLine, graceMs = 10_000, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid) guard.watch(pid, { name: basename(command), stage: 0, group: true, graceMs });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
        if (onLine) for (const line of String(chunk).split(/[\r\n]/)) if (line.trim()) onLine(line.trim());
      });
    }
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.once('error', (cause) =>
      reject(new CommandError(`${doing}: ${command} cannot be run (${cause.message})`, { cause })),
    );
    child.once('close', (code, signal) => {
      if (pid) guard.forget(pid);
      if (code === 0) resolve(output);
      else
        reject(
          new CommandError(
            `${doing}: ${command} ended with ${signal ?? `code ${code}`}\n${lastLines(output)}`,
          ),
        );
    });
  });
}

/**
 * Starts a server in a process group of its own (Ctrl-C must not reach it before its users have drained) and
 * resolves when its log says it is ready. The log is a file, not a pipe: it must not depend on our life.
 * @param {string} command
 * @param {string[]} args
 * @param {{ doing: string, log: string, ready: string, timeoutMs?: number, onSpawn: (pid: number) => void } & import('node:child_process').SpawnOptions} options
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export async function startServer(
  command,
  args,
  { doing, log, ready, timeoutMs = 60_000, onSpawn, ...options },
) {
  mkdirSync(dirname(log), { recursive: true });
  const out = openSync(log, 'a');
  const earlier = fstatSync(out).size;
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', out, out] });
  closeSync(out);
  /** @type {string | undefined} */
  let ended;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = signal ?? `code ${code}`));
  if (child.pid) onSpawn(child.pid);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const text = readFileSync(log).subarray(earlier).toString();
    if (text.includes(ready)) return child;
    if (ended !== undefined)
      throw new CommandError(`${doing}: it ended with ${ended}; see ${log}\n${lastLines(text)}`);
    if (Date.now() > deadline) {
      throw new CommandError(
        `${doing}: not ready after ${timeoutMs / 1000} s; see ${log}\n${lastLines(text)}`,
      );
    }
    await wait(50);
  }
}

/** @param {string} text */
function lastLines(text) {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
