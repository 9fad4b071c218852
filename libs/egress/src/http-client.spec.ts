import { getEventListeners } from 'node:events';
import { eventually, httpStub } from '@switchboard/testing';
import { type CallReport, EgressError, HttpClient } from './index.ts';

const reports: CallReport[] = [];
const client = new HttpClient({
  timeoutMs: 20_000,
  maxResponseBytes: 1_000,
  observe: (report) => reports.push(report),
});
let hanging = 0;
const stub = httpStub(({ path }) => {
  if (path === '/hang') hanging += 1;
  if (path === '/hang') return { fault: 'hang' };
  if (path === '/reset') return { fault: 'reset' };
  if (path === '/large') return { body: 'x'.repeat(2_000) };
  if (path === '/moved') return { status: 302, headers: { location: '/ok' } };
  return { status: 201, headers: { 'Retry-After': '3' }, body: { made: true } };
});

beforeEach(() => {
  reports.length = 0;
});
afterAll(async () => {
  await client.close();
  await (await stub).close();
});

const call = async (path: string, more: object = {}) =>
  client.request({
    method: 'POST',
    url: (await stub).url + path,
    endpoint: '/x/{id}',
    ...more,
  });

test('sends JSON and returns status, lower-case headers, text and JSON', async () => {
  const reply = await call('/ok?secret=1', { json: { a: 1 }, headers: { authorization: 'Bearer t' } });
  expect(reply).toMatchObject({ status: 201, text: '{"made":true}' });
  expect(reply.headers['retry-after']).toBe('3');
  expect(reply.json()).toEqual({ made: true });
  expect((await stub).requests.at(-1)).toMatchObject({ json: { a: 1 }, method: 'POST' });
  expect(reports).toEqual([
    { method: 'POST', endpoint: '/x/{id}', status: 201, seconds: expect.any(Number) },
  ]);
});

test('sends forms', async () => {
  await call('/ok', { form: { a: 'b c' } });
  expect((await stub).requests.at(-1)?.text).toBe('a=b+c');
});

test('sends bytes unchanged', async () => {
  const bytes = Buffer.from('{"a": 1}\n');
  await call('/ok', { raw: { contentType: 'application/json', bytes } });
  const sent = (await stub).requests.at(-1);
  expect(sent?.text).toBe('{"a": 1}\n');
  expect(sent?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '9' });
});

test('with a forbidden header no call is made', async () => {
  const before = (await stub).requests.length;
  await expect(call('/ok', { headers: { 'x-a': 'b\r\nc: d' } })).rejects.toBeInstanceOf(RangeError);
  expect((await stub).requests).toHaveLength(before);
  expect(reports).toEqual([]);
});

test('ignores proxy settings of the environment', async () => {
  const proxy = await httpStub(() => ({ status: 502 }));
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
  const before = { ...process.env };
  const direct = new HttpClient();
  try {
    for (const name of names) process.env[name] = proxy.url;
    process.env['NODE_USE_ENV_PROXY'] = '1';
    const late = new HttpClient();
    for (const one of [direct, late]) {
      const reply = await one.request({ method: 'GET', url: `${(await stub).url}/ok`, endpoint: 'x' });
      expect(reply.status).toBe(201);
      await one.close();
    }
    expect(proxy.requests).toEqual([]);
  } finally {
    for (const name of [...names, 'NODE_USE_ENV_PROXY']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    await proxy.close();
  }
});

test('does not follow redirects', async () => {
  expect((await call('/moved')).status).toBe(302);
});

test.each([
  ['/hang', 'TIMEOUT', { timeoutMs: 300 }],
  ['/reset', 'RESET', {}],
  ['/large', 'RESPONSE_TOO_LARGE', {}],
])('%s is %s, names only the host, and is counted with status 0', async (path, code, more) => {
  const error = await call(`${path}`, more).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EgressError);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).not.toContain(path);
  expect((error as Error).cause).toBeDefined();
  expect(reports).toMatchObject([{ status: 0 }]);
});

test('a call aborted by its caller is ABORTED', async () => {
  const stop = new AbortController();
  const pending = call('/hang', { signal: stop.signal, timeoutMs: 5_000 });
  stop.abort();
  await expect(pending).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a long-lived signal has one listener for all its calls', async () => {
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 50 }, () => call('/ok', { signal })));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});

test('a signal ends all its calls, and no others', async () => {
  const before = hanging;
  const controller = new AbortController();
  const ended = Array.from({ length: 5 }, () => call('/hang', { signal: controller.signal }));
  const other = call('/hang', { timeoutMs: 500 });
  await eventually(() => expect(hanging - before).toBe(6));
  controller.abort();
  for (const one of ended) await expect(one).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(other).rejects.toMatchObject({ code: 'TIMEOUT' });
});
