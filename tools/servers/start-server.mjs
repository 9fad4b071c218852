// Starts a server of Kafka or Postgres, and waits until its log says that it is ready.
import { launch, untilReady } from '../processes/launch.mjs';

const READY_MS = 60_000;

/**
 * @param {Omit<import('../processes/launch.mjs').Launch, 'logFile'> & { logFile: string, doing: string, ready: string }} server
 *   `ready` is what its log then has
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export async function startServer({ doing, ready, options, ...server }) {
  const launched = launch({ ...server, options: { ...options, detached: true } });
  const trouble = async () => (launched.said().includes(ready) ? undefined : `its log has no "${ready}"`);
  await untilReady(launched, { doing, trouble, withinMs: READY_MS });
  return launched.process;
}
