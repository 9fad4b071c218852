import { createServer, type Server } from 'node:net';
import { assertPortsFree, portHolder } from './port-holders.mjs';

describe('ports', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('a busy one is named with its holder and the way to change it', async () => {
    const wanted = [{ name: 'ingest', port, change: '--port ingest=NUMBER or INGEST_PORT' }];
    const failure = await assertPortsFree(wanted).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'PORT_BUSY' });
    expect((failure as Error).message).toContain(`port ${port} (ingest)`);
    expect((failure as Error).message).toContain('--port ingest=NUMBER or INGEST_PORT');
    if (process.platform === 'linux') expect(portHolder(port)).toContain(`(pid ${process.pid})`);
  });
});
