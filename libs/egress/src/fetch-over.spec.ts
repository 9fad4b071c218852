import { getEventListeners } from 'node:events';
import { eventually, httpStub } from '@switchboard/testing';
import { fetchOver } from './fetch-over.ts';
import { type CallReport, EgressError, HttpClient } from './index.ts';
import { answer, testServer } from './spec-kit.ts';

const reports: CallReport[] = [];
const client = new HttpClient({ timeoutMs: 20_000, observe: (report) => reports.push(report) });
const ask = fetchOver(client, '/chat/completions');
const stub = httpStub(({ path }) => {
  if (path === '/hang') return { fault: 'hang' };
  if (path === '/reset') return { fault: 'reset' };
  if (path === '/none') return { status: 204 };
  if (path === '/moved') return { status: 302, headers: { location: '/ok' } };
  if (path === '/busy') return { status: 429, headers: { 'Retry-After': '3' }, body: { error: 'slow down' } };
  return { status: 201, body: { made: true } };
});
const at = async (path: string) => new URL(path, (await stub).url);

beforeEach(() => {
  reports.length = 0;
});
afterAll(async () => {
  await client.close();
  await (await stub).close();
});

test('sends method, headers and text unchanged, and returns a Response', async () => {
  const response = await ask(await at('/ok?x=1'), {
    method: 'post',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer t' },
    body: '{"a": 1}',
  });
  expect(response).toBeInstanceOf(Response);
  expect([response.status, response.ok, response.headers.get('Content-Type')]).toEqual([
    201,
    true,
    'application/json',
  ]);
  expect(await response.json()).toEqual({ made: true });
  expect((await stub).requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/ok?x=1',
    text: '{"a": 1}',
    headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
  });
  expect(reports).toMatchObject([{ method: 'POST', endpoint: '/chat/completions', status: 201 }]);
});

test('a call without a body or options is a GET', async () => {
  expect((await ask(String(await at('/ok')))).status).toBe(201);
  expect((await stub).requests.at(-1)).toMatchObject({ method: 'GET', text: '' });
});

test('refusals, redirects and empty responses are returned', async () => {
  const busy = await ask(await at('/busy'));
  expect([busy.status, busy.ok, busy.headers.get('retry-after')]).toEqual([429, false, '3']);
  expect(await busy.json()).toEqual({ error: 'slow down' });
  expect((await ask(await at('/moved'))).status).toBe(302);
  const none = await ask(await at('/none'));
  expect([none.status, none.body]).toEqual([204, null]);
});

test('an invalid status is a server error', async () => {
  const odd = await testServer((socket) => {
    socket.write(answer('HTTP/1.1 799 What', 'content-length: 0', '', ''));
  });
  try {
    expect((await ask(`http://127.0.0.1:${odd.port}/`)).status).toBe(500);
  } finally {
    await odd.close();
  }
});

test.each([
  ['/reset', {}, 'RESET'],
  ['/hang', { timeoutMs: 200 }, 'TIMEOUT'],
])('%s throws what the client throws', async (path, options, code) => {
  const error = await fetchOver(client, 'x', options)(await at(path)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EgressError);
  expect(error).toMatchObject({ code });
});

test.each([
  ['bytes', async () => ask(await at('/ok'), { method: 'POST', body: new Uint8Array([1]) })],
  ['a form', async () => ask(await at('/ok'), { method: 'POST', body: new URLSearchParams({ a: 'b' }) })],
  ['a Request', async () => ask(new Request(await at('/ok')))],
])('%s is no call', async (_, call) => {
  const before = (await stub).requests.length;
  await expect(call()).rejects.toBeInstanceOf(TypeError);
  expect((await stub).requests).toHaveLength(before);
  expect(reports).toEqual([]);
});

test("the caller's signal ends the call, before it starts and while it runs", async () => {
  const before = (await stub).requests.length;
  await expect(ask(await at('/ok'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect((await stub).requests).toHaveLength(before);
  const stop = new AbortController();
  const pending = ask(await at('/hang'), { signal: stop.signal });
  const requests = (await stub).requests;
  await eventually(() => expect(requests).toHaveLength(before + 1));
  stop.abort();
  await expect(pending).rejects.toMatchObject({ code: 'ABORTED' });
});

test("no listener is left on the caller's signal, however a call ended", async () => {
  const { signal } = new AbortController();
  for (const path of ['/ok', '/reset', '/busy']) {
    await ask(await at(path), { signal }).catch(() => undefined);
  }
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
