// Setting up as an operator does: the shipped bundle makes topics and tables and applies a file of integrations.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Runs `setup all`; `dist` is the folder of the bundles, `integrations` a file. Throws what it printed when it fails. */
export async function runSetup(
  dist: string,
  env: Readonly<Record<string, string>>,
  integrations: string,
): Promise<void> {
  const bundle = join(dist, 'setup/main.mjs');
  const child = spawn(process.execPath, [bundle, 'all', '--integrations', integrations], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`setting up ended with ${code}: ${output}`);
}
