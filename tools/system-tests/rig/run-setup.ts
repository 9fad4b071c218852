// Runs setup as an operator does: the bundle creates topics and tables, and applies a file of integrations.
import { join } from 'node:path';
import { outputOf } from '../../processes/output-of.mjs';

/** How a run of setup ended. */
export interface SetupRun {
  /** The exit code; null when a signal ended the process. */
  readonly code: number | null;
  /** All that it printed. */
  readonly output: string;
}

/** Longer than setup waits for servers that do not answer. */
const END_MS = 180_000;

/** Runs `setup all`, whatever it ends with; `dist` is the folder of the bundles, `integrations` a file. */
export async function setUp(
  dist: string,
  env: Readonly<Record<string, string>>,
  integrations: string,
): Promise<SetupRun> {
  const brokers = env['KAFKA_BROKERS'] ?? '';
  const bundle = join(dist, 'cli/main.mjs');
  return outputOf([bundle, 'all', '--integrations', integrations], {
    // All brokers of a rig's cluster are in the list.
    env: { KAFKA_REPLICATION_FACTOR: String(Math.min(3, brokers.split(',').length)), ...env },
    timeout: END_MS,
    killSignal: 'SIGKILL',
  });
}

/** Runs `setup all`. Throws what it printed when it fails. */
export async function runSetup(
  dist: string,
  env: Readonly<Record<string, string>>,
  integrations: string,
): Promise<void> {
  const { code, output } = await setUp(dist, env, integrations);
  if (code !== 0) throw new Error(`setting up ended with ${code}: ${output}`);
}
