// How the client classifies errors of the model's server, and what they say about the cost and the next call.
import { eventually } from '@switchboard/testing';
import type { ModelError } from './model-client.ts';
import { failureOf, testModelClient } from './test-model-client.ts';
import { type Behaviour, testModelServer } from './test-model-server.ts';

const kit = testModelClient();
const { ask, client } = kit;

test('a text that a gateway flagged is refused, and the key is not', async () => {
  const error = { message: 'flagged', code: 403, metadata: { reasons: ['violence'], flagged_input: 'x' } };
  kit.server.behave({ status: 403, body: { error } });
  expect(await failureOf(ask())).toMatchObject({ code: 'refused', billed: false });
});

const type = 'invalid_request_error';
test.each<[number, Behaviour['error'], ModelError['code']]>([
  [302, { type }, 'refused'],
  [400, { type }, 'refused'],
  [400, { type, code: 'context_length_exceeded' }, 'refused'],
  [404, { type, code: 'model_not_found' }, 'refused'],
  [422, { type }, 'refused'],
  [401, { type, code: 'invalid_api_key' }, 'credentials'],
  [403, { type, code: 'unsupported_country_region_territory' }, 'credentials'],
  [402, { type }, 'quota'],
  [429, { type: 'insufficient_quota', code: 'insufficient_quota' }, 'quota'],
  [429, { type: 'insufficient_quota', code: 'credit_balance_exhausted' }, 'quota'],
  [429, { type: 'insufficient_quota', code: null }, 'quota'],
  [429, { type: 'requests', code: 'organization_spend_limit_exceeded' }, 'quota'],
  [429, { type: 'requests', code: 'rate_limit_exceeded' }, 'rate_limited'],
  [429, { type: 'requests', code: 'slow_down' }, 'rate_limited'],
  [429, { type: 'something new' }, 'rate_limited'],
  [408, { type }, 'server'],
  [409, { type }, 'server'],
  [500, { type: 'server_error' }, 'server'],
  [503, { type: 'server_error', code: 'server_is_overloaded' }, 'server'],
  [529, { type: 'server_error' }, 'server'],
])('status %d with %j is %s', async (status, error, code) => {
  kit.server.behave({ status, ...(error && { error }) });
  const before = kit.server.requests.length;
  const thrown = await failureOf(ask());
  expect(thrown).toMatchObject({ code, billed: code === 'server' ? 'unknown' : false, usage: undefined });
  // One call only: the package's own retries are off.
  expect(kit.server.requests).toHaveLength(before + 1);
  expect(`${thrown.message} ${String(thrown.cause)}`).not.toContain('sk-');
});

test.each([
  [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 1_500],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
  [{ 'retry-after': '86400' }, 3_600_000],
  [{}, undefined],
])('%j is a pause of %p ms', async (headers, retryAfterMs) => {
  kit.server.behave({ status: 429, headers: headers as Record<string, string> });
  expect((await failureOf(ask())).retryAfterMs).toBe(retryAfterMs);
});

test.each<[string, Behaviour, object]>([
  ['silence', { fault: 'hang' }, { code: 'timeout', billed: 'unknown' }],
  ['an answer that never ends', { fault: 'slow-body' }, { code: 'timeout', billed: 'unknown' }],
  ['an answer too late', { delayMs: 2_000 }, { code: 'timeout', billed: 'unknown' }],
  ['a reset', { fault: 'reset' }, { code: 'unreachable', billed: 'unknown' }],
  ['half an answer', { fault: 'half-closed' }, { code: 'unreachable', billed: 'unknown' }],
  ['an endless answer', { body: 'x'.repeat(2_000_000) }, { code: 'invalid_answer', billed: 'unknown' }],
])('%s', async (_, behaviour, expected) => {
  kit.server.behave(behaviour);
  expect(await failureOf(ask(client({ timeoutMs: 1_000 })))).toMatchObject(expected);
});

test('a server that cannot be reached has billed nothing', async () => {
  const gone = await testModelServer();
  await gone.close();
  const error = await failureOf(ask(client({ baseUrl: gone.url })));
  expect(error).toMatchObject({ code: 'unreachable', billed: false });
});

test('the caller may abort before and during the call', async () => {
  const before = kit.server.requests.length;
  const early = await failureOf(ask(client(), AbortSignal.abort()));
  expect(early).toMatchObject({ code: 'aborted', billed: false });
  expect(kit.server.requests).toHaveLength(before);
  kit.server.behave({ fault: 'hang' });
  const stop = new AbortController();
  const pending = failureOf(ask(client(), stop.signal));
  await eventually(() => expect(kit.server.requests).toHaveLength(before + 1));
  stop.abort();
  expect(await pending).toMatchObject({ code: 'aborted', billed: 'unknown' });
});

test.each(['sk-a\nb', 'sk-\u20ac', '', 'sk a'])(
  'the key %j is refused without a call, and not quoted',
  async (apiKey) => {
    const before = kit.server.requests.length;
    const error = await failureOf(ask(client({ apiKey })));
    expect(error).toMatchObject({ code: 'credentials', billed: false });
    if (apiKey !== '') expect(error.message).not.toContain(apiKey);
    expect(kit.server.requests).toHaveLength(before);
  },
);
