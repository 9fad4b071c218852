// `npm run setup -- COMMAND`: the setup service's command on the system that the environment names, else on the one that
// `npm start` runs here.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { createProgress } from './progress.mjs';
import { loadSecrets } from './secrets.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = join(root, '.data');

const progress = createProgress();
await ensureInstalled(root, progress).finally(() => progress.close());
// These need the packages.
const { buildApps } = await import('../build/build.mjs');
const { READY_FILE } = await import('./ready-file.mjs');

/** Where the running system is; nothing when none runs, and setup then says what it lacks. @returns {Record<string, string>} */
function runningSystem() {
  const file = join(data, READY_FILE);
  if (process.env['DATABASE_URL'] || !existsSync(file)) return {};
  const { kafka, postgres } = JSON.parse(readFileSync(file, 'utf8'));
  const { encryptionKey } = loadSecrets(join(data, 'secrets.json'));
  return {
    ...{ KAFKA_BROKERS: kafka, DATABASE_URL: postgres, ENCRYPTION_KEY: encryptionKey },
    EGRESS_ALLOW: '127.0.0.1',
  };
}

await buildApps(['setup']);
const child = spawn(process.execPath, [join(root, 'dist/setup/main.mjs'), ...process.argv.slice(2)], {
  // Paths in the options are the caller's: npm runs scripts at the root and tells where it was called.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  stdio: 'inherit',
  env: { ...process.env, ...runningSystem() },
});
child.once('exit', (code) => (process.exitCode = code ?? 1));
