// The client of the platform's API with a real HTTP server that answers, refuses, hangs and breaks connections.
import type { EventHeaders } from '@switchboard/contracts';
import { eventually, type StubAnswer } from '@switchboard/testing';
import type { PlatformApi } from './platform-api.ts';
import { testPlatform } from './test-platform.ts';

const platform = testPlatform();
const { api, codes, warned } = platform;

const event = (tenantId = 'acme'): EventHeaders => ({
  id: 'e1',
  type: 'conversation.ended',
  source: '/webhooks/helpninja',
  tenantId,
});

test('sends key and tenant, and URL-encodes the id', async () => {
  platform.answer(() => ({ body: { id: 'conv/1?x', message_count: 3 } }));
  expect(await api().details(event(), 'conv/1?x')).toEqual({ id: 'conv/1?x', message_count: 3 });
  expect(platform.stub.requests).toHaveLength(1);
  expect(platform.stub.requests[0]).toMatchObject({
    method: 'GET',
    path: '/v1/conversations/conv%2F1%3Fx',
    headers: { authorization: 'Bearer hnja_test_key', 'x-tenant-id': 'acme' },
  });
  expect(warned).toEqual([]);
});

test('reads an answer field by field', async () => {
  platform.answer(() => ({
    body: {
      id: 'conv_1',
      message_count: 'many',
      topics: ['a', 7],
      escalated: true,
      customer_email: null,
      summary: 's'.repeat(5_000),
      duration_minutes: 4.5,
      something_new: 1,
    },
  }));
  const details = await api().details(event(), 'conv_1');
  expect(details).toEqual({
    id: 'conv_1',
    escalated: true,
    duration_minutes: 4.5,
    summary: 's'.repeat(4_000),
  });
});

test.each<[string, StubAnswer, object]>([
  ['404', { status: 404 }, { error_code: 'REFUSED', status: 404 }],
  ['401', { status: 401 }, { error_code: 'REFUSED', status: 401 }],
  ['302', { status: 302, headers: { location: '/' } }, { error_code: 'REFUSED', status: 302 }],
  ['500', { status: 500 }, { error_code: 'SERVER_ERROR', status: 500 }],
  ['a page', { body: '<html>' }, { error_code: 'NOT_JSON', status: 200 }],
  ['a list', { body: [] }, { error_code: 'NOT_JSON', status: 200 }],
  ['a reset', { fault: 'reset' }, { error_code: 'RESET', status: undefined }],
  ['silence', { fault: 'hang' }, { error_code: 'TIMEOUT', status: undefined }],
])('%s: no details and one warning', async (_, reply, logged) => {
  platform.answer(() => reply);
  // Only for silence: other answers may take longer than this on a busy machine.
  const client = api(reply.fault === 'hang' ? { timeoutMs: 300 } : {});
  expect(await client.details(event(), 'conv_1')).toBeUndefined();
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

test.each(['.', '..', 'a\nb', '\ud800', 'x'.repeat(201)])('makes no call for the id %j', async (id) => {
  platform.answer(() => ({}));
  expect(await api().details(event(), id)).toBeUndefined();
  expect(platform.stub.requests).toEqual([]);
  expect(codes()).toEqual(['UNUSABLE_ID']);
});

test('a 429 holds every call of that tenant, and no other, until Retry-After has passed', async () => {
  platform.answer(({ headers }, index) =>
    headers['x-tenant-id'] === 'acme' && index === 0
      ? { status: 429, headers: { 'retry-after': '1' } }
      : { body: { id: 'x' } },
  );
  // The client waits for a shorter time than the hold lasts: the first call fails while the hold is active.
  const client = api({ maxWaitMs: 500 });
  expect(await client.details(event(), 'conv_1')).toBeUndefined();
  expect(await client.details(event('globex'), 'conv_3')).toEqual({ id: 'x' });
  const both = ['conv_1', 'conv_2'].map((id) =>
    eventually(async () => expect(await client.details(event(), id)).toEqual({ id: 'x' })),
  );
  await Promise.all(both);
  const [refused, ...others] = platform.stub.requests.filter(
    ({ headers }) => headers['x-tenant-id'] === 'acme',
  );
  expect(others).toHaveLength(2);
  // The recorded times may be rounded by a millisecond.
  for (const { at } of others) expect(at - (refused?.at ?? 0)).toBeGreaterThanOrEqual(995);
  expect(new Set(codes())).toEqual(new Set(['RATE_LIMITED']));
});

test('an event waits for the rate limit of its tenant no longer than maxWaitMs', async () => {
  platform.answer(() => ({ status: 429, headers: { 'retry-after': '60' } }));
  const client = api();
  expect(await client.details(event(), 'conv_1')).toBeUndefined();
  expect(await client.details(event(), 'conv_2')).toBeUndefined();
  expect(platform.stub.requests).toHaveLength(1);
  expect(warned).toMatchObject([
    { error_code: 'RATE_LIMITED', status: 429 },
    { error_code: 'RATE_LIMITED', status: 429 },
  ]);
});

test('with maxWaitMs 0 a call that need not wait is made', async () => {
  platform.answer(() => ({ body: { id: 'x' } }));
  const client = api({ maxWaitMs: 0 });
  expect(await client.details(event(), 'conv_1')).toEqual({ id: 'x' });
  expect(await client.details(event(), 'conv_1')).toEqual({ id: 'x' });
  expect(codes()).toEqual([]);
});

test.each(['0', '1'])('with maxWaitMs 0 a call does not wait for a rate limit of %s s', async (seconds) => {
  platform.answer(() => ({ status: 429, headers: { 'retry-after': seconds } }));
  expect(await api({ maxWaitMs: 0 }).details(event(), 'conv_1')).toBeUndefined();
  expect(platform.stub.requests).toHaveLength(1);
  expect(codes()).toEqual(['RATE_LIMITED']);
});

test('texts are cut between characters, also in lists', async () => {
  // A surrogate pair crosses the limit of an item and of a text.
  const topics = [`${'t '.repeat(99)}t😀`, 'u'.repeat(300)];
  const body = { id: 'x', topics, summary: '😀'.repeat(2_001) };
  platform.answer(() => ({ body }));
  const details = await api().details(event(), 'conv_1');
  // A word that would be halved is left out, and so is an item that is only such a word.
  expect(details?.topics).toEqual(['t '.repeat(99)]);
  expect(details?.summary).toBe('😀'.repeat(2_000));
});

test('five failures in a row open the circuit breaker, and one successful probe closes it', async () => {
  let works = false;
  platform.answer(() => (works ? { body: { id: 'x' } } : { status: 503 }));
  const client = api({ restMs: 200 });
  for (let n = 0; n < 5; n += 1) await client.details(event(), 'conv_1');
  expect(client.connected).toBe(false);
  expect(await client.details(event(), 'conv_1')).toBeUndefined();
  expect(platform.stub.requests).toHaveLength(5);
  expect(codes().slice(4)).toEqual(['SERVER_ERROR', 'BREAKER_OPEN']);
  works = true;
  await eventually(async () => expect(await client.details(event(), 'conv_1')).toEqual({ id: 'x' }));
  expect(platform.stub.requests).toHaveLength(6);
  expect(client.connected).toBe(true);
});

test('refusals do not open the breaker', async () => {
  platform.answer(() => ({ status: 404 }));
  const client = api();
  for (let n = 0; n < 12; n += 1) await client.details(event(), 'conv_1');
  expect(platform.stub.requests).toHaveLength(12);
  expect(client.connected).toBe(true);
});

test('concurrent calls are limited; the others wait, at most maxWaitMs', async () => {
  let open = 0;
  let most = 0;
  platform.answer(() => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => (open -= 1), 95);
    return { delayMs: 100, body: { id: 'x' } };
  });
  const six = (client: PlatformApi) =>
    Promise.all(Array.from({ length: 6 }, (_, n) => client.details(event(), `conv_${n}`)));
  expect((await six(api({ concurrency: 2 }))).filter(Boolean)).toHaveLength(6);
  expect(most).toBe(2);
  expect(codes()).toEqual([]);
  expect((await six(api({ concurrency: 2, maxWaitMs: 50 }))).filter(Boolean)).toHaveLength(2);
  expect(codes()).toEqual(['BUSY', 'BUSY', 'BUSY', 'BUSY']);
});

test('when calls take long, only so many events wait as can have their turn in time; the others go on at once', async () => {
  platform.answer(() => ({ delayMs: 500, body: { id: 'x' } }));
  const client = api({ concurrency: 16, maxWaitMs: 1_000 });
  await burst(client, 16);
  const all = burst(client, 300);
  await eventually(() => expect(platform.stub.requests).toHaveLength(32));
  // In a second, 32 calls of half a second can begin after the first 16. They take no less than they are delayed.
  expect(codes().length).toBeGreaterThanOrEqual(300 - 16 - 32);
  expect(codes()).toEqual(Array(codes().length).fill('BUSY'));
  expect((await all).filter(Boolean).length).toBeGreaterThanOrEqual(16);
});

test('when calls are quick, 128 events of a burst wait for a call, and all of these get their details', async () => {
  platform.answer(() => ({ body: { id: 'x' } }));
  const client = api({ concurrency: 16 });
  await burst(client, 16);
  expect((await burst(client, 16 + 128)).filter(Boolean)).toHaveLength(16 + 128);
  expect(codes()).toEqual([]);
  expect((await burst(client, 300)).filter(Boolean)).toHaveLength(16 + 128);
  expect(codes()).toEqual(Array(300 - 16 - 128).fill('BUSY'));
});

test('the events that wait for a call are called in order', async () => {
  platform.answer(() => ({ body: { id: 'x' } }));
  await burst(api({ concurrency: 1 }), 20);
  const called = platform.stub.requests.map(({ path }) => path);
  expect(called).toEqual(Array.from({ length: 20 }, (_, nth) => `/v1/conversations/conv_${nth}`));
});

test('an event stops waiting for a call after maxWaitMs, also when no call ends', async () => {
  platform.answer(() => ({ fault: 'hang' }));
  const client = api({ concurrency: 1, maxWaitMs: 100, timeoutMs: 3_000 });
  const hanging = client.details(event(), 'conv_1');
  const began = performance.now();
  expect(await client.details(event(), 'conv_2')).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(2_500);
  expect(codes()).toEqual(['BUSY']);
  await hanging;
});

test('16 events wait for the end of a rate limit; the others go on at once without details', async () => {
  let limited = true;
  platform.answer(() => (limited ? { status: 429, headers: { 'retry-after': '2' } } : { body: { id: 'x' } }));
  const all = burst(api({ concurrency: 16 }), 100);
  await eventually(() => expect(codes().length).toBe(100 - 16));
  limited = false;
  expect((await all).filter(Boolean)).toHaveLength(16);
  expect(codes()).toEqual(Array(100 - 16).fill('RATE_LIMITED'));
});

function burst(client: PlatformApi, events: number) {
  return Promise.all(Array.from({ length: events }, (_, nth) => client.details(event(), `conv_${nth}`)));
}
