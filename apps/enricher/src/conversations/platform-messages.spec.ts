// Messages of a conversation in pages, with a real HTTP server that also fails between pages.
import { maskPersonalData } from '@switchboard/analysis';
import { personalMarkers } from '@switchboard/analysis/test-personal-data';
import type { EventHeaders } from '@switchboard/contracts';
import type { StubAnswer } from '@switchboard/testing';
import { MAX_CHARACTERS, MAX_PAGES, NewestMessages } from './platform-messages.ts';
import { testPlatform } from './test-platform.ts';

const platform = testPlatform();
const { api, codes, warned } = platform;

const event: EventHeaders = {
  id: 'e1',
  type: 'conversation.ended',
  source: '/webhooks/helpninja',
  tenantId: 'acme',
};
const said = (content: string, sender = 'customer') => ({ id: `msg_${content}`, sender, content });
const page = (messages: unknown[], next_cursor?: string | null): StubAnswer => ({
  body: { messages, next_cursor },
});
const queries = () => platform.stub.requests.map(({ path }) => new URL(path, platform.stub.url).searchParams);

test('sends key and tenant, reads page by page, and returns the oldest message first', async () => {
  platform.answer(
    (_, index) =>
      [
        page([said('five', 'agent'), said('four')], 'c/1?'),
        page([said('three', 'ai'), said('two')], 'c2'),
        page([said('one')], null),
      ][index] ?? { status: 500 },
  );
  expect(await api().messages(event, 'conv/1?x')).toEqual([
    { text: 'one', customer: true },
    { text: 'two', customer: true },
    { text: 'three', customer: false },
    { text: 'four', customer: true },
    { text: 'five', customer: false },
  ]);
  expect(platform.stub.requests).toHaveLength(3);
  for (const request of platform.stub.requests) {
    expect(request).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer hnja_test_key', 'x-tenant-id': 'acme' },
    });
    expect(request.path).toMatch(/^\/v1\/conversations\/conv%2F1%3Fx\/messages\?/);
  }
  expect(queries().map((query) => [query.get('limit'), query.get('order'), query.get('cursor')])).toEqual([
    ['100', 'desc', null],
    ['100', 'desc', 'c/1?'],
    ['100', 'desc', 'c2'],
  ]);
  expect(warned).toEqual([]);
});

test('skips items without text, and returns an empty list for an empty conversation', async () => {
  platform.answer((_, index) =>
    index === 0
      ? page([said('hello'), { id: 'm', sender: 'customer' }, said(' '), 7, null, { content: ['x'] }])
      : page([]),
  );
  expect(await api().messages(event, 'conv_1')).toEqual([{ text: 'hello', customer: true }]);
  expect(await api().messages(event, 'conv_1')).toEqual([]);
  expect(warned).toEqual([]);
});

test('keeps the newest messages up to the limit, and fetches no further page', async () => {
  const long = (letter: string) => said(letter.repeat(3_000));
  platform.answer(() => page([long('d'), long('c'), long('b'), long('a')], 'more'));
  const messages = await api().messages(event, 'conv_1');
  expect(platform.stub.requests).toHaveLength(2);
  expect(messages?.map(({ text }) => `${text[0]}${text.length}`)).toEqual([
    'c1000',
    'd3000',
    'a3000',
    'b3000',
    'c3000',
    'd3000',
  ]);
  expect(messages?.reduce((sum, { text }) => sum + text.length, 0)).toBe(MAX_CHARACTERS);
});

test('the number of pages is limited', async () => {
  platform.answer(() => page([], 'again'));
  expect(await api().messages(event, 'conv_1')).toEqual([]);
  expect(platform.stub.requests).toHaveLength(MAX_PAGES);
});

test.each<[string, StubAnswer, object]>([
  ['404', { status: 404 }, { error_code: 'REFUSED', status: 404 }],
  ['401', { status: 401 }, { error_code: 'REFUSED', status: 401 }],
  ['500', { status: 500 }, { error_code: 'SERVER_ERROR', status: 500 }],
  ['text', { body: '<html>' }, { error_code: 'NOT_JSON', status: 200 }],
  ['a list', { body: [] }, { error_code: 'NOT_JSON', status: 200 }],
  ['no messages', { body: { next_cursor: null } }, { error_code: 'NOT_JSON', status: 200 }],
  ['an invalid cursor', { body: { messages: [], next_cursor: 7 } }, { error_code: 'NOT_JSON', status: 200 }],
  [
    'an answer that is too large',
    { body: 'x'.repeat(1_100_000) },
    { error_code: 'RESPONSE_TOO_LARGE', status: 200 },
  ],
  ['a reset', { fault: 'reset' }, { error_code: 'RESET', status: undefined }],
  ['silence', { fault: 'hang' }, { error_code: 'TIMEOUT', status: undefined }],
])('%s: no messages and one warning', async (_, reply, logged) => {
  platform.answer(() => reply);
  // Only for silence: a large answer takes longer than this on a busy machine.
  const client = api(reply.fault === 'hang' ? { timeoutMs: 300 } : {});
  expect(await client.messages(event, 'conv_1')).toBeUndefined();
  expect(warned).toEqual([
    {
      event_type: 'conversation.ended',
      tenant_id: 'acme',
      conversation_id: 'conv_1',
      ...logged,
      message: 'Failed to fetch conversation details.',
    },
  ]);
});

test('a page that fails is logged, and the newer messages are returned', async () => {
  platform.answer((_, index) => (index === 0 ? page([said('two'), said('one')], 'c1') : { status: 502 }));
  expect(await api().messages(event, 'conv_1')).toEqual([
    { text: 'one', customer: true },
    { text: 'two', customer: true },
  ]);
  expect(codes()).toEqual(['SERVER_ERROR']);
});

test('a 429 between pages is waited for, and also holds other calls of the tenant', async () => {
  platform.answer(({ path }, index) => {
    if (!path.includes('/messages')) return { body: { id: 'conv_2' } };
    if (index === 0) return page([said('two')], 'c1');
    return index === 1 ? { status: 429, headers: { 'retry-after': '1' } } : page([said('one')]);
  });
  const client = api();
  const messages = client
    .messages(event, 'conv_1')
    .then(async (pages) => ({ pages, details: await client.details(event, 'conv_2') }));
  expect(await messages).toEqual({
    pages: [
      { text: 'one', customer: true },
      { text: 'two', customer: true },
    ],
    details: { id: 'conv_2' },
  });
  expect(queries().map((query) => query.get('cursor'))).toEqual([null, 'c1', 'c1', null]);
  const [, refused, again] = platform.stub.requests;
  // The recorded times may be rounded by a millisecond.
  expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(995);
  expect(warned).toEqual([]);
});

test('a 429 that is longer than the deadline ends the reading, and holds other calls of the tenant', async () => {
  platform.answer((_, index) =>
    index === 0 ? page([said('two')], 'c1') : { status: 429, headers: { 'retry-after': '60' } },
  );
  const client = api();
  expect(await client.messages(event, 'conv_1')).toEqual([{ text: 'two', customer: true }]);
  expect(await client.details(event, 'conv_1')).toBeUndefined();
  expect(platform.stub.requests).toHaveLength(2);
  expect(codes()).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
});

test('no further page is fetched after maxWaitMs', async () => {
  platform.answer(() => ({ ...page([said('new')], 'more'), delayMs: 60 }));
  expect(await api({ maxWaitMs: 50 }).messages(event, 'conv_1')).toEqual([{ text: 'new', customer: true }]);
  expect(platform.stub.requests).toHaveLength(1);
  expect(codes()).toEqual(['TIMEOUT']);
});

test('details and messages share one circuit breaker', async () => {
  platform.answer(() => ({ status: 503 }));
  const client = api();
  for (let n = 0; n < 3; n += 1) await client.details(event, 'conv_1');
  for (let n = 0; n < 2; n += 1) await client.messages(event, 'conv_1');
  expect(client.connected).toBe(false);
  expect(await client.messages(event, 'conv_1')).toBeUndefined();
  expect(platform.stub.requests).toHaveLength(5);
  expect(codes().slice(4)).toEqual(['SERVER_ERROR', 'BREAKER_OPEN']);
});

test('answers that are too large do not open the circuit breaker', async () => {
  platform.answer(() => ({ body: 'x'.repeat(1_100_000) }));
  const client = api();
  for (let n = 0; n < 6; n += 1) await client.messages(event, 'conv_1');
  expect(codes()).toEqual(Array(6).fill('RESPONSE_TOO_LARGE'));
  expect(client.connected).toBe(true);
});

test('makes no call for an invalid id', async () => {
  platform.answer(() => ({}));
  expect(await api().messages(event, '..')).toBeUndefined();
  expect(platform.stub.requests).toEqual([]);
  expect(codes()).toEqual(['UNUSABLE_ID']);
});

test('no personal data is left when the limit of a conversation cuts through it, at any place', () => {
  const filler = 'so it is '.repeat(MAX_CHARACTERS / 9);
  const bare = (text: string) => text.normalize('NFKC').replace(/\D/g, '');
  const leaked: unknown[] = [];
  let cuts = 0;
  for (const marker of personalMarkers(180, 17)) {
    const digits = bare(marker.secret);
    for (let at = 2; at < marker.text.length; at += 4) {
      const newest = new NewestMessages();
      const customer = true;
      const messages = [
        { text: filler.slice(0, MAX_CHARACTERS - 200), customer },
        {
          text: `${'so it is '.repeat(30).slice(0, 199 - at)} ${marker.text} ${filler.slice(0, 200)}`,
          customer,
        },
        { text: 'older', customer },
      ];
      expect(newest.add({ messages, next: 'more' })).toBeUndefined();
      const [cut] = newest.messages ?? [];
      const text = maskPersonalData(cut?.text ?? '', 'US');
      cuts += 1;
      const [local = ''] = marker.secret.split(/ ?[@([]| at /);
      const numbers = Array.from(digits.slice(7), (_, from) => digits.slice(from, from + 8));
      const left = numbers.some((part) => bare(text).includes(part));
      if (left || text.includes(marker.secret) || (marker.kind === 'email' && text.includes(local)))
        leaked.push([marker, at, text]);
    }
  }
  expect(leaked).toEqual([]);
  expect(cuts).toBeGreaterThan(1_000);
});
