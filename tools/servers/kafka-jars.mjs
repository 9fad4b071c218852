// Fetches jars with Maven, once for each version of the pom.xml that names them. The broker's is kafka/pom.xml.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../processes/run.mjs';

const brokerPom = fileURLToPath(new URL('./kafka/pom.xml', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/kafka', import.meta.url));

/** Where the jars of this pom are, or will be. */
export function jarFolder(pom = brokerPom) {
  return join(cache, createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16));
}

/** True when nothing needs to be downloaded (and so Maven is not needed). */
export const haveJars = (pom = brokerPom) => existsSync(jarFolder(pom));

/**
 * @param {{ guard: import('../processes/guard.mjs').Guard, onProgress?: (downloaded: number) => void, pom?: string }} options
 *   `onProgress` is told how many files have come so far
 * @returns {Promise<string>} the folder
 */
export async function fetchJars({ guard, onProgress = () => {}, pom = brokerPom }) {
  const folder = jarFolder(pom);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const partial = `${folder}.${process.pid}`;
  let files = 0;
  try {
    await run(
      'mvn',
      [
        '-B',
        '-ntp',
        '-f',
        pom,
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${partial}`,
      ],
      {
        doing: "fetching jars (is Maven's repository reachable?)",
        guard,
        onLine: (line) => {
          if (line.includes('Copying')) onProgress(++files);
        },
      },
    );
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}
