// Prepares a fresh clone for tests and commands: packages, the broker's jars, the bundles.
import { ensureTools } from '../servers/java.mjs';
import { fetchJars, haveJars } from '../servers/kafka-jars.mjs';
import { startGuard } from '../processes/guard.mjs';
import { testServers } from '../test/test-servers.mjs';
import { assertSupported } from './supported.mjs';
import { ensureInstalled } from './install.mjs';
import { createProgress } from '../command-line/progress.mjs';

/**
 * @param {string} root the checkout
 * @param {{ packagesOnly?: boolean, ownServers?: boolean }} [options] `packagesOnly`: for commands that start nothing;
 *   `ownServers`: for commands that start a Kafka of their own whatever the environment names
 */
export async function prepare(root, { packagesOnly = false, ownServers = false } = {}) {
  assertSupported();
  const progress = createProgress();
  // Ends npm and Maven with us, whichever way we end.
  const guard = startGuard();
  try {
    await ensureInstalled(root, progress, guard);
    if (packagesOnly) return;
    const startsKafka = ownServers || !testServers(process.env).kafka;
    if (startsKafka) await ensureTools({ needMaven: !haveJars(), say: progress.say, guard });
    if (startsKafka && !haveJars()) {
      await progress.step("Kafka's jars by Maven", ({ note }) =>
        fetchJars({ guard, onProgress: (files) => note(`${files} files`) }),
      );
    }
    const { appNames, buildApps } = await import('../build/build.mjs');
    await progress.step(
      'build',
      () => buildApps(appNames()),
      ({ built }) => (built.length ? built.join(', ') : 'unchanged'),
    );
  } finally {
    progress.close();
    await guard.endAll();
  }
}
