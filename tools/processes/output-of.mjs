// Runs a process to its end and returns its output and exit code, whatever that is.
import { spawn } from 'node:child_process';

/**
 * @param {readonly string[]} args of Node
 * @param {Omit<import('node:child_process').SpawnOptions, 'stdio'>} [options]
 * @returns {Promise<{ code: number | null, output: string }>} both streams as they came; `code` is null when a signal ended it
 */
export async function outputOf(args, options = {}) {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (output += String(bytes)));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}
