// What the client of the model sends, and what it returns for an answer.
import { getEventListeners } from 'node:events';
import { failureOf, testModelClient } from './test-model-client.ts';
import { ANSWERING_MODEL, goodAnswer } from './test-model-server.ts';

const kit = testModelClient();
const { ask, client } = kit;

test('sends the key, and returns the answer with the name of the model and the usage', async () => {
  expect(await ask()).toEqual({
    answer: goodAnswer,
    model: ANSWERING_MODEL,
    usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
  });
  expect(kit.server.requests.at(-1)).toMatchObject({
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
  expect(kit.reports).toMatchObject([{ endpoint: '/chat/completions', status: 200 }]);
});

test('takes no account, key or server from the environment', async () => {
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
  console.debug = (...texts) => printed.push(texts);
  try {
    await ask();
    expect(JSON.stringify(kit.server.requests.at(-1)?.headers)).not.toMatch(/other|admin/);
    expect(printed).toEqual([]);
  } finally {
    console.debug = debug;
    for (const name of Object.keys(names)) Reflect.deleteProperty(process.env, name);
  }
});

test('usage that the server does not report is undefined, and not 0', async () => {
  kit.server.behave({ usage: false });
  expect((await ask()).usage).toBeUndefined();
  kit.server.behave({ usage: false, content: '{}' });
  expect(await failureOf(ask())).toMatchObject({ code: 'invalid_answer', usage: undefined, billed: true });
});

test('no listener stays on a signal that outlives its calls', async () => {
  const { signal } = new AbortController();
  const one = client();
  await ask(one, signal);
  kit.server.behave({ status: 500 });
  await failureOf(ask(one, signal));
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('answers many concurrent calls', async () => {
  const one = client();
  const replies = await Promise.all(Array.from({ length: 40 }, () => ask(one)));
  expect(replies.map(({ answer }) => answer)).toEqual(Array(40).fill(goodAnswer));
});
