// Runs a command that has the terminal. Our signals are passed on to it, and it ends when we end.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { watchNpm } from './ancestors.mjs';
import { startGuard } from './guard.mjs';

/**
 * Runs it to its end.
 * @param {string} command @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code; 1 when a signal ended it
 */
export async function foreground(command, args, options = {}) {
  const guard = startGuard();
  const child = spawn(command, args, { ...options, stdio: 'inherit' });
  guard.watch(Number(child.pid), { name: basename(command), stage: 1, graceMs: 5_000 });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  watchNpm(() => child.kill('SIGTERM'));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  await guard.endAll();
  return code ?? 1;
}
