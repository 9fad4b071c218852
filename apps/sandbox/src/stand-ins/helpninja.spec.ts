import { type StartedSandbox, startSandbox } from './started-sandbox.ts';

const key = `hnja_test_${'a1'.repeat(16)}`;
const asTenant = (tenant: string) => ({ authorization: `Bearer ${key}`, 'x-tenant-id': tenant });

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ helpninjaApiKey: key, inventConversations: true });
});
afterAll(() => sandbox.close());

const get = (id: string, headers: Record<string, string> = asTenant('tenant_a')) =>
  sandbox.send('GET', `/helpninja/v1/conversations/${id}`, undefined, headers);

it('returns every field of a conversation, the same for the same id', async () => {
  const first = await get('conv_8f21c0');
  expect(first.status).toBe(200);
  expect(first.json).toMatchObject({
    id: 'conv_8f21c0',
    first_message: expect.any(String),
    summary: expect.any(String),
    topics: [expect.any(String)],
    customer_email: expect.stringMatching(/@(\w+\.)?example\.(com|org|net)$/),
    customer_name: expect.any(String),
    site_url: expect.stringMatching(/^https:/),
    duration_minutes: expect.any(Number),
    message_count: (first.json['messages'] as unknown[]).length,
    escalated: expect.any(Boolean),
    resolution_status: expect.any(String),
  });
  expect(first.json).toHaveProperty('avg_confidence');
  expect(first.json).toHaveProperty('satisfaction_score');
  expect((await get('conv_8f21c0')).text).toBe(first.text);
  expect((await get('conv_other')).text).not.toBe(first.text);
});

it('returns a registered conversation as it was played, to its own tenant only', async () => {
  const details = { id: 'conv_played', first_message: 'Hello?', topics: ['returns'] };
  const registered = await sandbox.send('POST', '/helpninja/_conversations', {
    tenant_id: 'tenant_a',
    conversations: [details],
  });
  expect(registered.json).toEqual({ registered: 1 });
  expect((await get('conv_played')).json).toEqual(details);
  expect((await get('conv_played', asTenant('tenant_b'))).status).toBe(404);
});

it('refuses to register an invalid conversation', async () => {
  expect((await sandbox.send('POST', '/helpninja/_conversations', { conversations: [{}] })).status).toBe(400);
  expect((await sandbox.send('POST', '/helpninja/_conversations', [])).status).toBe(400);
});

it.each<[string, Record<string, string>, number, string]>([
  ['no key', { 'x-tenant-id': 't' }, 401, 'Missing API key'],
  [
    'a key of another format',
    { authorization: 'Bearer hnja_live_short', 'x-tenant-id': 't' },
    401,
    'Invalid API key format',
  ],
  [
    'another key',
    { authorization: `Bearer hnja_live_${'b'.repeat(32)}`, 'x-tenant-id': 't' },
    401,
    'Invalid API key',
  ],
  ['no tenant', { authorization: `Bearer ${key}` }, 400, 'Missing tenant'],
])('refuses %s', async (_name, headers, status, error) => {
  const answer = await get('conv_1', headers);
  expect([answer.status, answer.json['error']]).toEqual([status, error]);
});

it('answers 404 for ids that start with missing_, and for other paths', async () => {
  expect((await get('missing_1')).status).toBe(404);
  expect((await get('conv_1/metadata')).status).toBe(404);
  expect((await sandbox.send('PUT', '/helpninja/v1/conversations/conv_1', {}, asTenant('t'))).status).toBe(
    405,
  );
});

it('answers 404 for ids that are not registered, unless it invents conversations', async () => {
  const honest = await startSandbox({ helpninjaApiKey: key });
  const ask = (part: string) =>
    honest.send('GET', `/helpninja/v1/conversations/conv_8f21c0${part}`, undefined, asTenant('tenant_a'));
  expect(await ask('')).toMatchObject({ status: 404, json: { error: 'Conversation not found' } });
  expect((await ask('/messages')).status).toBe(404);
  await honest.close();
});
