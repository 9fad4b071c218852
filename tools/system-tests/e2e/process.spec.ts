// Each shipped bundle by itself, in an empty folder: it needs nothing beside it, explains itself and refuses bad settings.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appNames } from '../../build/build.mjs';

const root = join(import.meta.dirname, '../../..');
const services = appNames().filter((name) => !['sandbox', 'cli', 'setup'].includes(name));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const name of appNames()) cpSync(join(root, 'dist', name, 'main.mjs'), join(folder, `${name}.mjs`));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(name: string, args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, `${name}.mjs`), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return { status, stdout, stderr };
}

test.each(appNames())('%s explains itself', (name) => {
  const { status, stdout } = run(name, ['--help']);
  expect(status).toBe(0);
  expect(stdout.length).toBeGreaterThan(200);
});

test.each(services)('%s names every missing setting at once and ends with 2', (name) => {
  const { status, stderr } = run(name, []);
  expect(status).toBe(2);
  expect(stderr).toContain('KAFKA_BROKERS: is missing');
  expect(stderr).toContain('DATABASE_URL: is missing');
});

test('a wrong key is told before anything starts', () => {
  const env = {
    KAFKA_BROKERS: '127.0.0.1:1',
    DATABASE_URL: 'postgres://a@127.0.0.1:1/b',
    ENCRYPTION_KEY: 'short',
  };
  const { status, stderr } = run('ingest', [], env);
  expect(status).toBe(2);
  expect(stderr).toContain('ENCRYPTION_KEY');
  expect(stderr).not.toContain('short');
});

test.each(['cli', 'setup'])('%s: wrong use of the command line ends with 2', (name) => {
  const env = { KAFKA_BROKERS: 'a:1', DATABASE_URL: 'postgres://a@b/c' };
  expect(run(name, ['nothing'], env)).toMatchObject({
    status: 2,
    stderr: 'setup: running setup: no command "nothing" (see --help)\n',
  });
  expect(run(name, ['--no-such-flag']).status).toBe(2);
  expect(run(name, ['dlq', 'nothing'])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^dlq: unknown verb nothing; use one of list, /),
  });
});

test('the verbs that a release needs may have the word setup before them', () => {
  const { stdout } = run('cli', ['setup', '--help']);
  expect(stdout).toBe(run('cli', ['--help']).stdout);
});
