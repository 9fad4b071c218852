// One jest for the whole workspace: a project for each folder with a project.json, one Kafka and one Postgres for all.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const swc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
delete swc.$schema;
const folders = ['apps', 'libs']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
  .concat(join(root, 'tools'), join(root, 'docs/tutorial'));

export default {
  maxWorkers: 2,
  globalSetup: './tools/test/global-setup.mjs',
  globalTeardown: './tools/test/global-teardown.mjs',
  // Suites of the whole system start it and settle its load.
  testTimeout: 180_000,
  projects: folders
    .filter((folder) => existsSync(join(folder, 'project.json')))
    .map((rootDir) => ({
      displayName: JSON.parse(readFileSync(join(rootDir, 'project.json'), 'utf8')).name,
      rootDir,
      testEnvironment: 'node',
      extensionsToTreatAsEsm: ['.ts'],
      transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
      testMatch: ['<rootDir>/**/*.spec.ts'],
    })),
};
