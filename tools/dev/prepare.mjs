// From a fresh clone to a checkout that tests and commands can run in: packages, the broker's jars, the bundles.
import { ensureTools } from './infra/java.mjs';
import { fetchJars, haveJars } from './infra/kafka-jars.mjs';
import { ensureInstalled } from './install.mjs';
import { createProgress } from './progress.mjs';

/**
 * @param {string} root the checkout
 * @param {{ packagesOnly?: boolean }} [options] `packagesOnly`: for commands that start nothing
 */
export async function prepare(root, { packagesOnly = false } = {}) {
  const progress = createProgress();
  try {
    await ensureInstalled(root, progress);
    if (packagesOnly) return;
    if (!process.env['KAFKA_BROKERS'] && !haveJars()) {
      await ensureTools({ needMaven: true, say: progress.say });
      await progress.step("Kafka's jars by Maven", ({ note }) =>
        fetchJars((files) => note(`${files} files`)),
      );
    } else if (!process.env['KAFKA_BROKERS']) {
      await ensureTools({ needMaven: false, say: progress.say });
    }
    const { appNames, buildApps } = await import('../build/build.mjs');
    await progress.step(
      'build',
      () => buildApps(appNames()),
      ({ built }) => (built.length ? built.join(', ') : 'unchanged'),
    );
  } finally {
    progress.close();
  }
}
