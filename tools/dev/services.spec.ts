// A service counts as started when the process that was started answers, not when somebody does.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { type Guard, startGuard } from '../processes/guard.mjs';
import { freePorts } from '../servers/ports.mjs';
import { startService } from './services.mjs';

/** Listens as a service does, and dies of a busy port as one does. */
const bundle = `
  import { createServer } from 'node:http';
  createServer((_, response) => {
    response.setHeader('x-switchboard-instance', process.env.SWITCHBOARD_INSTANCE).end('ok');
  }).listen(Number(process.env.PORT), '127.0.0.1');
`;

let root: string;
let guard: Guard;
let stranger: Server | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'services-'));
  mkdirSync(join(root, 'dist/greeter'), { recursive: true });
  writeFileSync(join(root, 'dist/greeter/main.mjs'), bundle);
  guard = startGuard();
});
afterEach(async () => {
  await new Promise((resolve) => (stranger ? stranger.close(resolve) : resolve(undefined)));
  stranger?.closeAllConnections();
  stranger = undefined;
  await guard.endAll();
  rmSync(root, { recursive: true });
});

const start = (port: number) =>
  startService(
    { name: 'greeter', stage: 1, port, ready: '/health', env: { PORT: String(port) } },
    { root, logFile: join(root, 'greeter.log'), guard },
  );

test('it is ready when it answers itself', async () => {
  const [port = 0] = await freePorts(1);
  const { pid } = await start(port);
  expect(pid).toBeGreaterThan(0);
});

test('another service that answers 200 on its port does not make it ready, and is named', async () => {
  const server = createServer((_, response) => response.setHeader('connection', 'close').end('ok'));
  stranger = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const failure = await start(port).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'COMMAND_FAILED' });
  expect((failure as Error).message).toMatch(/^starting greeter: exit code 1; port \d+ is held by /);
});
