import type { Socket } from 'node:net';
import { eventually } from '@switchboard/testing';
import { HttpClient, type HttpClientOptions } from './index.ts';
import { answer, selfSignedServer, type TestServer, testServer } from './spec-kit.ts';

let open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const opened of open) await opened.close();
  open = [];
});

/** The error of a call that must fail. */
async function failure(url: string, options: HttpClientOptions = {}, timeoutMs = 10_000): Promise<unknown> {
  const client = new HttpClient(options);
  open.unshift(client);
  return client.request({ method: 'POST', url, endpoint: 'x', json: {}, timeoutMs }).then(
    () => new RangeError('the call did not fail'),
    (error: unknown) => error,
  );
}

async function serving(serve: (socket: Socket) => void): Promise<TestServer> {
  const server = await testServer((socket) => serve(socket));
  open.push(server);
  return server;
}

const PARTIAL = answer('HTTP/1.1 201 Created', 'content-length: 100', '', 'abc');
const CHUNK = answer('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '3', 'abc', '');

test.each<[string, (socket: Socket) => void, { code: string; status: number | undefined }]>([
  ['a reset', (socket) => socket.resetAndDestroy(), { code: 'RESET', status: undefined }],
  ['an end before the answer', (socket) => socket.end(), { code: 'RESET', status: undefined }],
  ['an end within the head', (socket) => socket.end('HTTP/1.1 200'), { code: 'RESET', status: undefined }],
  ['an end within the body', (socket) => socket.end(PARTIAL), { code: 'RESET', status: 201 }],
  ['an end between chunks', (socket) => socket.end(CHUNK), { code: 'RESET', status: 200 }],
  ['no HTTP', (socket) => socket.end('+OK ready\r\n\r\n'), { code: 'RESET', status: undefined }],
])('%s is RESET, with the status where there was one', async (_what, serve, expected) => {
  const { port } = await serving(serve);
  expect(await failure(`http://127.0.0.1:${port}/`)).toMatchObject({ name: 'EgressError', ...expected });
});

test('a server that does not answer, and a body that stops, are TIMEOUT; only the second has a status', async () => {
  const silent = await serving(() => undefined);
  const stuck = await serving((socket) => socket.write(PARTIAL));
  const [first, second] = await Promise.all(
    [silent, stuck].map(({ port }) => failure(`http://127.0.0.1:${port}/`, {}, 300)),
  );
  expect(first).toMatchObject({ code: 'TIMEOUT', status: undefined });
  expect(second).toMatchObject({ code: 'TIMEOUT', status: 201 });
});

test('a response that is too large has its status in the error, and its connection is closed', async () => {
  let end: Promise<unknown> | undefined;
  const { port } = await serving((socket) => {
    // Not `once` of node:events, which would throw the reset.
    end = new Promise((resolve) => socket.on('close', resolve));
    socket.write(answer('HTTP/1.1 200 OK', 'content-length: 5000', '', 'x'.repeat(2_000)));
  });
  const error = await failure(`http://127.0.0.1:${port}/`, { maxResponseBytes: 1_000 });
  expect(error).toMatchObject({
    code: 'RESPONSE_TOO_LARGE',
    status: 200,
    headers: { 'content-length': '5000' },
  });
  expect(end).toBeDefined();
  await end;
});

test('a self-signed certificate is TLS, and the message has the code of OpenSSL', async () => {
  const server = await selfSignedServer();
  open.push(server);
  const error = await failure(`https://localhost:${server.port}/`);
  expect(error).toMatchObject({ code: 'TLS', status: undefined });
  expect((error as Error).message).toBe(
    `calling localhost:${server.port}: the TLS connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  );
  expect(server.servernames).toEqual(['localhost']);
});

test('plain text where TLS is expected is TLS', async () => {
  const { port } = await serving((socket) => socket.end(answer('HTTP/1.1 400 Bad Request', '', '')));
  expect(await failure(`https://127.0.0.1:${port}/`)).toMatchObject({ code: 'TLS' });
});

test('a connection that is cut during the TLS handshake is CONNECTION: nothing was sent', async () => {
  const { port } = await serving((socket) => socket.resetAndDestroy());
  expect(await failure(`https://127.0.0.1:${port}/`)).toMatchObject({ code: 'CONNECTION' });
});

test('connecting has its own time limit', async () => {
  const { port, connections } = await serving(() => undefined);
  const error = await failure(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 200 }, 5_000);
  expect(error).toMatchObject({ code: 'TIMEOUT', status: undefined });
  expect((error as Error).message).toContain('no connection in time');
  await eventually(() => expect(connections()).toBe(1));
});

test('a call that waits for a connection ends at its time limit, and is never sent', async () => {
  const heads: string[] = [];
  const answers: (() => void)[] = [];
  const server = await testServer((socket, head) => {
    heads.push(head.slice(0, head.indexOf(' HTTP')));
    answers.push(() => socket.write(answer('HTTP/1.1 204 No Content', '', '')));
    if (heads.length > 1) answers.at(-1)?.();
  });
  const client = new HttpClient({ connectionsPerOrigin: 1 });
  open.push(client, server);
  const call = (path: string, more: { timeoutMs?: number; signal?: AbortSignal }) =>
    client.request({ method: 'GET', url: `http://127.0.0.1:${server.port}${path}`, endpoint: 'x', ...more });
  const first = call('/first', {});
  await expect(call('/late', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const stop = new AbortController();
  const aborted = call('/aborted', { signal: stop.signal });
  stop.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  await eventually(() => expect(heads).toEqual(['GET /first']));
  answers[0]?.();
  expect((await first).status).toBe(204);
  expect((await call('/last', {})).status).toBe(204);
  expect(heads).toEqual(['GET /first', 'GET /last']);
});

test('a call ends at its time limit while it connects', async () => {
  const { port, connections } = await serving(() => undefined);
  const error = await failure(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 1_000 }, 100);
  expect(error).toMatchObject({ code: 'TIMEOUT' });
  await eventually(() => expect(connections()).toBe(1));
});

test('a call that is aborted before it begins makes no connection', async () => {
  const { port, connections } = await serving((socket) =>
    socket.write(answer('HTTP/1.1 204 No Content', '', '')),
  );
  const call = { method: 'GET', url: `http://127.0.0.1:${port}/`, endpoint: 'x' } as const;
  const [client, another] = [new HttpClient(), new HttpClient()];
  open.unshift(client, another);
  const late = client.request({ ...call, signal: AbortSignal.abort() });
  await expect(late).rejects.toMatchObject({ code: 'ABORTED' });
  // A connection of the first client would come before that of the second.
  expect((await another.request(call)).status).toBe(204);
  expect(connections()).toBe(1);
});

test('a refused connection and an invalid URL are CONNECTION, an unknown host is DNS', async () => {
  const refused = await failure('http://127.0.0.1:1/');
  expect(refused).toMatchObject({ code: 'CONNECTION' });
  expect((refused as Error).message).toBe('calling 127.0.0.1:1: the connection failed (ECONNREFUSED)');
  expect(await failure('http://')).toMatchObject({ code: 'CONNECTION' });
  expect(await failure('ftp://127.0.0.1/')).toMatchObject({ code: 'CONNECTION' });
  expect(await failure('http://nobody.invalid/')).toMatchObject({ code: 'DNS' });
});

test('a closed client sends nothing', async () => {
  const client = new HttpClient();
  await client.close();
  const late = client.request({ method: 'GET', url: 'http://127.0.0.1:1/', endpoint: 'x' });
  await expect(late).rejects.toMatchObject({ code: 'CONNECTION' });
});
