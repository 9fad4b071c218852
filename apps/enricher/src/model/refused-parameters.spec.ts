// Servers that refuse parameters of the API: each refused parameter is left out or replaced from then on.
import { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import type { StubRequest } from '@switchboard/testing';
import { ModelClient, type ModelClientOptions } from './model-client.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { type Behaviour, goodAnswer, type TestModelServer, testModelServer } from './test-model-server.ts';

const http = new HttpClient();
let server: TestModelServer;
beforeEach(async () => {
  server = await testModelServer();
});
afterEach(() => server.close());
afterAll(() => http.close());

/** The clients of one process, which share what they learn about the server. */
function clients(omit: ConstructorParameters<typeof ChatParameters>[0]['omit'] = []) {
  const parameters = new ChatParameters({ baseUrl: server.url, omit });
  return (options: Partial<ModelClientOptions> = {}) =>
    new ModelClient({
      http,
      parameters,
      baseUrl: server.url,
      apiKey: 'k',
      model: 'm',
      timeoutMs: 20_000,
      answerTokens: 800,
      ...options,
    });
}
const ask = (client: ModelClient) =>
  client.ask(
    promptFor(
      { messages: [{ text: 'the store has a high temperature', customer: true }] },
      { version: PROMPT_VERSIONS[0], maxTokens: 500 },
    ),
    new AbortController().signal,
  );
const keysOf = (request: StubRequest | undefined) => Object.keys((request?.json ?? {}) as object);
const sent = (name: string) => server.requests.map((request) => keysOf(request).includes(name));

/** Errors as these servers send them. */
const openAi = (param: string, code: string, message: string): Behaviour => ({
  status: 400,
  body: { error: { message, type: 'invalid_request_error', param, code } },
});
const TEMPERATURE = openAi(
  'temperature',
  'unsupported_value',
  "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.",
);
const MAX_TOKENS = openAi(
  'max_tokens',
  'unsupported_parameter',
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
);
const AZURE: Behaviour = {
  status: 400,
  body: {
    error: {
      message: 'Unrecognized request argument supplied: store',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  },
};
const GROQ: Behaviour = {
  status: 400,
  body: { error: { message: "property 'store' is unsupported", type: 'invalid_request_error' } },
};
const MISTRAL: Behaviour = {
  status: 422,
  body: {
    object: 'error',
    message: {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'store'],
          msg: 'Extra inputs are not permitted',
          input: false,
        },
      ],
    },
    type: 'invalid_request_error',
    param: null,
    code: null,
  },
};
const GEMINI: Behaviour = {
  status: 400,
  body: [
    {
      error: {
        code: 400,
        message: 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
        status: 'INVALID_ARGUMENT',
      },
    },
  ],
};
const NO_SCHEMA: Behaviour = {
  status: 400,
  body: {
    error: {
      message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  },
};

/** Refuses each request that has one of these parameters. */
function refuses(rules: Readonly<Record<string, Behaviour>>) {
  server.behave((request) => {
    const name = keysOf(request).find((key) => key in rules);
    return (name && rules[name]) || {};
  });
}

test.each<[string, string, Behaviour]>([
  ["OpenAI's newer models", 'temperature', TEMPERATURE],
  ['Azure', 'store', AZURE],
  ['Groq', 'store', GROQ],
  ['Mistral', 'store', MISTRAL],
  ['Gemini', 'store', GEMINI],
])('%s: a refused %s is left out, now and from then on, by all keys', async (_, name, refusal) => {
  refuses({ [name]: refusal });
  const client = clients();
  expect(await ask(client())).toMatchObject({ answer: goodAnswer });
  expect(await ask(client({ apiKey: 'another' }))).toMatchObject({ answer: goodAnswer });
  expect(sent(name)).toEqual([true, false, false]);
});

test('the limit of an answer gets its other name when the first one is refused', async () => {
  refuses({ max_tokens: MAX_TOKENS, temperature: TEMPERATURE });
  const client = clients();
  expect(await ask(client())).toMatchObject({ answer: goodAnswer });
  expect(server.requests.at(-1)?.json).toMatchObject({ max_completion_tokens: 800 });
  expect(await ask(client())).toMatchObject({ answer: goodAnswer });
  expect(server.requests).toHaveLength(4);
});

test('no request is without a limit of the answer: when both names are refused, the call fails', async () => {
  const neither = openAi('max_completion_tokens', 'unsupported_parameter', 'Unsupported parameter');
  refuses({ max_tokens: MAX_TOKENS, max_completion_tokens: neither });
  await expect(ask(clients()())).rejects.toMatchObject({ code: 'refused', everyQuestion: true });
  for (const request of server.requests)
    expect(keysOf(request).filter((key) => key.startsWith('max_'))).toHaveLength(1);
});

test('for a server without schemas the schema is part of the prompt', async () => {
  refuses({});
  server.behave(({ json }) => {
    const { response_format } = json as { response_format?: { type: string } };
    return response_format?.type === 'json_schema' ? NO_SCHEMA : {};
  });
  const client = clients();
  expect(await ask(client())).toMatchObject({ answer: goodAnswer });
  const { response_format, messages } = server.requests.at(-1)?.json as {
    response_format: object;
    messages: { content: string }[];
  };
  expect(response_format).toEqual({ type: 'json_object' });
  expect(messages[0]?.content).toContain('"pain_points"');
  expect(server.requests).toHaveLength(2);
});

test('concurrent calls that are refused together all succeed', async () => {
  refuses({ temperature: TEMPERATURE, max_tokens: MAX_TOKENS });
  const client = clients()();
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask(client)));
  expect(replies.map(({ answer }) => answer)).toEqual(Array(20).fill(goodAnswer));
  expect(server.requests.at(-1)?.json).toMatchObject({ max_completion_tokens: 800, store: false });
});

test('parameters that the settings leave out are never sent', async () => {
  await ask(clients(['temperature', 'store', 'max_tokens', 'json_schema'])());
  expect(keysOf(server.requests[0]).sort()).toEqual([
    'max_completion_tokens',
    'messages',
    'model',
    'response_format',
  ]);
});

test.each<[string, Behaviour]>([
  ['too long a conversation', openAi('messages', 'context_length_exceeded', 'maximum context length')],
  [
    'a parameter name in the text of the customer',
    openAi('messages', 'invalid_value', 'the store has a high temperature'),
  ],
  ['no reason', { status: 400, body: '' }],
])('%s: the call fails, and no parameter is left out', async (_, refusal) => {
  server.behave(refusal);
  const client = clients();
  await expect(ask(client())).rejects.toMatchObject({ code: 'refused', everyQuestion: false });
  expect(server.requests).toHaveLength(1);
  server.behave();
  await ask(client());
  expect(server.requests.at(-1)?.json).toMatchObject({ temperature: 0.1, store: false, max_tokens: 800 });
});

test('a missing model would refuse every request', async () => {
  server.behave({ status: 404, error: { type: 'invalid_request_error', code: 'model_not_found' } });
  await expect(ask(clients()())).rejects.toMatchObject({ code: 'refused', everyQuestion: true });
});
