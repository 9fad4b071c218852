import { type StartedSandbox, startSandbox } from './started-sandbox.ts';

const headers = { authorization: `Bearer hnja_test_${'a1'.repeat(16)}`, 'x-tenant-id': 'tenant_a' };

let sandbox: StartedSandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ inventConversations: true });
});
afterAll(() => sandbox.close());

type Message = { id: string; content: string; timestamp: string };
const ask = (id: string, query = '', asked: Record<string, string> = headers) =>
  sandbox.send('GET', `/helpninja/v1/conversations/${id}${query}`, undefined, asked);
const register = (id: string, count: number) =>
  sandbox.send('POST', '/helpninja/_conversations', {
    tenant_id: 'tenant_a',
    conversations: [
      { id, messages: Array.from({ length: count }, (_, at) => ({ id: `m${at}`, content: `${at}` })) },
    ],
  });

async function allPages(id: string, query: string): Promise<Message[][]> {
  const pages: Message[][] = [];
  for (let cursor: unknown = ''; cursor !== null; ) {
    const { status, json } = await ask(id, `/messages?${query}${cursor ? `&cursor=${cursor}` : ''}`);
    expect(status).toBe(200);
    pages.push(json['messages'] as Message[]);
    cursor = json['next_cursor'];
  }
  return pages;
}

it('returns the messages of the details, the same for the same id', async () => {
  const { json } = await ask('conv_8f21c0');
  const first = await ask('conv_8f21c0', '/messages');
  expect(first.json).toEqual({ messages: json['messages'], next_cursor: null });
  expect((json['messages'] as Message[]).length).toBeGreaterThan(0);
  expect((await ask('conv_8f21c0', '/messages')).text).toBe(first.text);
  expect((await ask('conv_other', '/messages')).text).not.toBe(first.text);
});

it('returns them in pages, in either order', async () => {
  await register('conv_long', 7);
  const pages = await allPages('conv_long', 'limit=3');
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
    ['m0', 'm1', 'm2'],
    ['m3', 'm4', 'm5'],
    ['m6'],
  ]);
  const newest = await allPages('conv_long', 'limit=3&order=desc');
  expect(newest.flat().map(({ id }) => id)).toEqual(['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0']);
});

it('has no empty page after a full one, fifty messages without a limit, and an empty page if there are none', async () => {
  await register('conv_even', 100);
  expect((await allPages('conv_even', '')).map(({ length }) => length)).toEqual([50, 50]);
  expect((await allPages('conv_even', 'limit=100')).map(({ length }) => length)).toEqual([100]);
  await register('conv_empty', 0);
  expect((await ask('conv_empty', '/messages')).json).toEqual({ messages: [], next_cursor: null });
});

it.each(['limit=0', 'limit=101', 'limit=many', 'order=random', 'cursor=2', 'cursor=YWZ0ZXI6OTk5'])(
  'refuses %s',
  async (query) => {
    expect((await ask('conv_8f21c0', `/messages?${query}`)).status).toBe(400);
  },
);

it('refuses what the details refuse', async () => {
  await register('conv_mine', 2);
  expect((await ask('missing_1', '/messages')).status).toBe(404);
  expect((await ask('conv_mine', '/messages', { ...headers, 'x-tenant-id': 'tenant_b' })).status).toBe(404);
  expect((await ask('conv_mine', '/messages', { 'x-tenant-id': 'tenant_a' })).status).toBe(401);
  expect((await ask('conv_mine', '/messages')).status).toBe(200);
});
