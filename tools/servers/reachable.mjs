// Checks whether a server that the environment names can be reached.
import { createConnection } from 'node:net';

const WAIT_MS = 5_000;

/** The variable names a server that does not answer. */
export class UnreachableError extends Error {
  code = 'UNREACHABLE';
}

/**
 * Passes when one of the hosts takes a connection.
 * @param {string} variable @param {string} hosts host:port, comma separated @param {number} defaultPort
 */
export async function assertReachable(variable, hosts, defaultPort) {
  const answers = hosts.split(',').map(async (pair) => {
    const url = new URL(`tcp://${pair.trim()}`);
    await connect(url.hostname, Number(url.port || defaultPort));
  });
  try {
    await Promise.any(answers);
  } catch (cause) {
    throw new UnreachableError(
      `starting: ${variable} names ${hosts}, but nobody answers there; start that server or unset ${variable}`,
      { cause },
    );
  }
}

/** @param {string} host @param {number} port */
function connect(host, port) {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: WAIT_MS });
    socket.once('connect', () => resolve(socket.destroy()));
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('timeout')));
  });
}
