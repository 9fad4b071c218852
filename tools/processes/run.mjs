// Runs a command that must succeed. The guard ends it if we are ended.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/** A command or server that did not do what it should; the message ends with its last words. */
export class CommandError extends Error {
  code = 'COMMAND_FAILED';
}

/**
 * Runs to the end and gives back its output. The command leads a process group of its own, so that what it starts
 * itself (Maven's Java, npm's scripts) ends with it.
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

/** For the end of an error. @param {string} text */
export function lastLines(text) {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
