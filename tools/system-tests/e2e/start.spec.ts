// How services start beside a Postgres that is away, or that is not one they can work with: the first is waited for, the
// second ends the start and names what is to be mended.
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Suite, suite } from '@switchboard/testing';
import { type Guard, startGuard } from '../../processes/guard.mjs';
import { freePorts } from '../../servers/ports.mjs';
import { childEnv } from '../../processes/child-env.mjs';
import { root } from '../../root.mjs';
import { outputOf } from '../../processes/output-of.mjs';
import { startProcess } from '../../processes/service-process.ts';
import { startProxy } from '../rig/tcp-proxy.ts';

const NEED_POSTGRES = ['enricher', 'metrics', 'sinks'];
const dist = join(root, 'dist');
let guard: Guard;
let corner: Suite;
let logs: string;

beforeAll(async () => {
  guard = startGuard();
  logs = mkdtempSync(join(tmpdir(), 'switchboard-start-'));
  guard.remove(logs);
  corner = await suite();
});
afterAll(async () => {
  await corner.end();
  await guard.endAll();
});

const environment = (more: Readonly<Record<string, string>>) => ({
  ...childEnv(),
  ...corner.env,
  ENCRYPTION_KEY: randomBytes(32).toString('hex'),
  ...more,
});
const changed = (change: (url: URL) => void): string => {
  const url = new URL(corner.env.DATABASE_URL);
  change(url);
  return url.href;
};

test.each(NEED_POSTGRES)(
  '%s starts without Postgres, is not ready, and is by itself when it answers',
  async (name) => {
    const target = new URL(corner.env.DATABASE_URL);
    const proxy = await startProxy(Number(target.port));
    proxy.become('reset');
    const [port = 0] = await freePorts(1);
    const service = await startProcess({
      name,
      dist,
      env: environment({ DATABASE_URL: changed((url) => void (url.port = String(proxy.port))) }),
      port,
      ready: '/health/live',
      logFile: join(logs, `${name}.log`),
      guard,
      onCrash: (what) => {
        throw new Error(what);
      },
    });
    const ready = () => fetch(`${service.url}/health/ready`);
    const before = await ready();
    expect(before.status).toBe(503);
    expect(await before.text()).toContain('DATABASE_URL');
    proxy.become('normal');
    await eventually(async () => expect((await ready()).status).toBe(200));
    expect(await service.end('SIGTERM')).toBe(0);
    await proxy.close();
  },
);

test.each<[string, () => Record<string, string>, string]>([
  [
    'a URL that cannot be read',
    () => ({ DATABASE_URL: 'postgres://u:p#ss/w0rd@host/db' }),
    'DATABASE_URL: is not a valid URL',
  ],
  [
    'a user that is not known',
    () => ({ DATABASE_URL: changed((url) => void (url.username = 'nobody_of_ours')) }),
    'correct DATABASE_URL',
  ],
  [
    'a database that is not there',
    () => ({ DATABASE_URL: changed((url) => void (url.pathname = '/none')) }),
    'correct DATABASE_URL',
  ],
  ['a schema without tables', () => ({ DATABASE_SCHEMA: 'nowhere_at_all' }), 'DATABASE_SCHEMA'],
])('%s ends the start of each service that needs it', async (_what, settings, told) => {
  for (const name of [...NEED_POSTGRES, 'ingest']) {
    const { code, output: said } = await outputOf([join(dist, name, 'main.mjs')], {
      env: environment({ PORT: '0', ...settings() }),
    });
    expect({ name, code, said }).toEqual({ name, code: 2, said: expect.stringContaining(told) });
    expect(said).not.toContain('w0rd');
  }
});
