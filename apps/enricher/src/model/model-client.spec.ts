import { getEventListeners } from 'node:events';
import { type CallReport, HttpClient } from '@switchboard/egress';
import { eventually } from '@switchboard/testing';
import { ChatParameters } from '@switchboard/egress/chat';
import { ModelClient, type ModelClientOptions, ModelError } from './model-client.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import {
  ANSWERING_MODEL,
  type Behaviour,
  GARBAGE,
  goodAnswer,
  OUT_OF_SCHEMA,
  REFUSAL,
  type TestModelServer,
  testModelServer,
} from './test-model-server.ts';

const reports: CallReport[] = [];
const http = new HttpClient({ observe: (report) => reports.push(report) });
const talk = { messages: [{ text: 'I was charged twice', customer: true }] };
let server: TestModelServer;

beforeAll(async () => {
  server = await testModelServer();
});
beforeEach(() => {
  server.behave();
  reports.length = 0;
});
afterAll(async () => {
  await http.close();
  await server.close();
});

function client(options: Partial<ModelClientOptions> = {}): ModelClient {
  return new ModelClient({
    http,
    parameters: new ChatParameters({ baseUrl: server.url }),
    baseUrl: server.url,
    apiKey: 'sk-test-key',
    model: 'test-model',
    timeoutMs: 20_000,
    answerTokens: 800,
    ...options,
  });
}

const prompt = () => promptFor(talk, { version: PROMPT_VERSIONS[0], maxTokens: 1_000 });
const ask = (one = client(), signal = new AbortController().signal) => one.ask(prompt(), signal);
const failure = async (answer: Promise<unknown>): Promise<ModelError> => {
  const error = await answer.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  return error as ModelError;
};

test('asks with the key and answers what the model said, by whom and for how much', async () => {
  expect(await ask()).toEqual({
    answer: goodAnswer,
    model: ANSWERING_MODEL,
    usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
  });
  expect(server.requests.at(-1)).toMatchObject({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-test-key', 'content-type': 'application/json' },
    json: {
      model: 'test-model',
      temperature: 0.1,
      store: false,
      max_tokens: 800,
      response_format: { type: 'json_schema', json_schema: { strict: true } },
    },
  });
  expect(reports).toMatchObject([{ endpoint: '/chat/completions', status: 200 }]);
});

test('takes neither account, key nor server from the environment', async () => {
  const names = {
    OPENAI_ORG_ID: 'org-other',
    OPENAI_PROJECT_ID: 'proj-other',
    OPENAI_API_KEY: 'sk-other',
    OPENAI_ADMIN_KEY: 'sk-admin',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
    OPENAI_LOG: 'debug',
  };
  Object.assign(process.env, names);
  const { debug } = console;
  const printed: unknown[] = [];
  console.debug = (...what) => printed.push(what);
  try {
    await ask();
    expect(JSON.stringify(server.requests.at(-1)?.headers)).not.toMatch(/other|admin/);
    expect(printed).toEqual([]);
  } finally {
    console.debug = debug;
    for (const name of Object.keys(names)) Reflect.deleteProperty(process.env, name);
  }
});

test('usage that is not told is not known, and not nothing', async () => {
  server.behave({ usage: false });
  expect((await ask()).usage).toBeUndefined();
  server.behave({ usage: false, content: '{}' });
  expect(await failure(ask())).toMatchObject({ code: 'invalid_answer', usage: undefined, billed: true });
});

const usage = { inputTokens: expect.any(Number), outputTokens: expect.any(Number) };
test.each<[string, Behaviour, object]>([
  ['garbage', GARBAGE, { code: 'invalid_answer', billed: 'unknown', usage: undefined }],
  [
    'garbage that says it is JSON',
    { ...GARBAGE, headers: { 'content-type': 'application/json' } },
    { code: 'invalid_answer' },
  ],
  [
    'no choice',
    { body: { model: 'm', choices: [], usage: { prompt_tokens: 3, completion_tokens: 0 } } },
    { code: 'invalid_answer', billed: true, usage: { inputTokens: 3, outputTokens: 0 } },
  ],
  [
    'an error with status 200',
    { body: { error: { message: 'x' } } },
    { code: 'invalid_answer', billed: 'unknown' },
  ],
  ['a refusal', REFUSAL, { code: 'refused', billed: true, usage }],
  ['the content filter', { finishReason: 'content_filter' }, { code: 'refused', billed: true, usage }],
  ['an answer too long', { finishReason: 'length' }, { code: 'too_long', billed: true, usage }],
  ['a call of a tool', { finishReason: 'tool_calls' }, { code: 'invalid_answer', billed: true, usage }],
  ['an answer outside its schema', OUT_OF_SCHEMA, { code: 'invalid_answer', billed: true, usage }],
  ['no content', { content: null }, { code: 'invalid_answer', billed: true, usage }],
])('%s', async (_, behaviour, expected) => {
  server.behave(behaviour);
  expect(await failure(ask())).toMatchObject(expected);
});

test('a text that a gateway flagged says nothing of the key', async () => {
  const error = { message: 'flagged', code: 403, metadata: { reasons: ['violence'], flagged_input: 'x' } };
  server.behave({ status: 403, body: { error } });
  expect(await failure(ask())).toMatchObject({ code: 'refused', billed: false });
});

test.each([
  ['a model whose name has a NUL', { model: 'm\0' }],
  ['more tokens than any server counts', { usage: { prompt_tokens: 2 ** 53 - 1, completion_tokens: 1 } }],
])('%s is not believed', async (_, change) => {
  const choices = [{ finish_reason: 'stop', message: { content: JSON.stringify(goodAnswer) } }];
  server.behave({ body: { model: 'm', choices, ...change } });
  const came = await ask().catch((error: unknown) => error as ModelError);
  if (came instanceof ModelError) expect(came.code).toBe('invalid_answer');
  expect(came.usage).toBeUndefined();
});

const type = 'invalid_request_error';
test.each<[number, Behaviour['sign'], ModelError['code']]>([
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
])('status %d with %j is %s', async (status, sign, code) => {
  server.behave({ status, ...(sign && { sign }) });
  const before = server.requests.length;
  const error = await failure(ask());
  expect(error).toMatchObject({ code, billed: code === 'server' ? 'unknown' : false, usage: undefined });
  // One call for one question: the package's own retries are off.
  expect(server.requests).toHaveLength(before + 1);
  expect(`${error.message} ${String(error.cause)}`).not.toContain('sk-');
});

test.each([
  [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 1_500],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
  [{ 'retry-after': '86400' }, 3_600_000],
  [{}, undefined],
])('%j asks for %p ms', async (headers, retryAfterMs) => {
  server.behave({ status: 429, headers: headers as Record<string, string> });
  expect((await failure(ask())).retryAfterMs).toBe(retryAfterMs);
});

test.each<[string, Behaviour, object]>([
  ['silence', { fault: 'hang' }, { code: 'timeout', billed: 'unknown' }],
  ['an answer that never ends', { fault: 'slow-body' }, { code: 'timeout', billed: 'unknown' }],
  ['an answer too late', { delayMs: 2_000 }, { code: 'timeout', billed: 'unknown' }],
  ['a reset', { fault: 'reset' }, { code: 'unreachable', billed: 'unknown' }],
  ['half an answer', { fault: 'half-closed' }, { code: 'unreachable', billed: 'unknown' }],
  ['an endless answer', { body: 'x'.repeat(2_000_000) }, { code: 'invalid_answer', billed: 'unknown' }],
])('%s', async (_, behaviour, expected) => {
  server.behave(behaviour);
  expect(await failure(ask(client({ timeoutMs: 1_000 })))).toMatchObject(expected);
});

test('a server that is not there has billed nothing', async () => {
  const gone = await testModelServer();
  await gone.close();
  const error = await failure(ask(client({ baseUrl: gone.url })));
  expect(error).toMatchObject({ code: 'unreachable', billed: false });
});

test('the caller may give up, before and while it is asked', async () => {
  const before = server.requests.length;
  const early = await failure(ask(client(), AbortSignal.abort()));
  expect(early).toMatchObject({ code: 'aborted', billed: false });
  expect(server.requests).toHaveLength(before);
  server.behave({ fault: 'hang' });
  const stop = new AbortController();
  const pending = failure(ask(client(), stop.signal));
  await eventually(() => expect(server.requests).toHaveLength(before + 1));
  stop.abort();
  expect(await pending).toMatchObject({ code: 'aborted', billed: 'unknown' });
});

test('nothing is left on a signal that outlives its calls', async () => {
  const { signal } = new AbortController();
  const one = client();
  await ask(one, signal);
  server.behave({ status: 500 });
  await failure(ask(one, signal));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test.each(['sk-a\nb', 'sk-\u20ac', '', 'sk a'])(
  'the key %j is refused without a call, and not quoted',
  async (apiKey) => {
    const before = server.requests.length;
    const error = await failure(ask(client({ apiKey })));
    expect(error).toMatchObject({ code: 'credentials', billed: false });
    if (apiKey !== '') expect(error.message).not.toContain(apiKey);
    expect(server.requests).toHaveLength(before);
  },
);

test('many at a time', async () => {
  const one = client();
  const replies = await Promise.all(Array.from({ length: 40 }, () => ask(one)));
  expect(replies.map(({ answer }) => answer)).toEqual(Array(40).fill(goodAnswer));
});
