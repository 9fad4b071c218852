// Compares our requests and the answers of the stand-in with the API description that the vendor publishes, and our schema with
// the part of JSON Schema that strict mode supports.
import { readFileSync } from 'node:fs';
import { HttpClient } from '@switchboard/egress';
import { ChatParameters } from '@switchboard/egress/chat';
import { z } from 'zod';
import { answerSchema } from './answer.ts';
import { ModelClient } from './model-client.ts';
import { PROMPT_VERSIONS, promptFor } from './prompt.ts';
import { type Behaviour, REFUSAL, type TestModelServer, testModelServer } from './test-model-server.ts';

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];
const published = JSON.parse(readFileSync(new URL('./openai-chat.schema.json', import.meta.url), 'utf8')) as {
  $schema: string;
  $defs: Record<string, { properties: object }>;
};
const schemaOf = (name: string) =>
  z.fromJSONSchema({ ...published, $ref: `#/$defs/${name}` } as unknown as JsonSchema);
const [requestSchema, responseSchema, errorSchema] = ['request', 'response', 'error'].map(schemaOf) as [
  z.ZodType,
  z.ZodType,
  z.ZodType,
];

const http = new HttpClient();
let server: TestModelServer;

beforeAll(async () => {
  server = await testModelServer();
});
afterAll(async () => {
  await http.close();
  await server.close();
});

async function sentRequest(text = 'Größe "L"\n kaputt 😀'): Promise<Record<string, unknown>> {
  server.behave();
  const options = { http, baseUrl: server.url, apiKey: 'sk-test', model: 'm', timeoutMs: 20_000 };
  const vocabulary = { products: ['Team plan'], competitors: ['Zyla'] };
  await new ModelClient({
    ...options,
    parameters: new ChatParameters({ baseUrl: server.url }),
    answerTokens: 500,
  }).ask(
    promptFor(
      { messages: [{ text, customer: true }], vocabulary },
      { version: PROMPT_VERSIONS[0], maxTokens: 900 },
    ),
    new AbortController().signal,
  );
  return server.requests.at(-1)?.json as Record<string, unknown>;
}

async function answered(behaviour: Behaviour): Promise<unknown> {
  server.behave(behaviour);
  const json = { messages: [{ role: 'user', content: 'hi' }], model: 'm' };
  const call = { method: 'POST', url: `${server.url}/chat/completions`, endpoint: 'x', json } as const;
  return (await http.request(call)).json();
}

test('a request matches the published schema and has no other parameter', async () => {
  const request = await sentRequest();
  expect(requestSchema.safeParse(request).error).toBeUndefined();
  const known = Object.keys(published.$defs['request']?.properties ?? {});
  expect(known.length).toBeGreaterThan(0);
  expect(Object.keys(request).filter((name) => !known.includes(name))).toEqual([]);
});

test.each<[string, object]>([
  ['no model', { model: undefined }],
  ['no message', { messages: [] }],
  ['a message without a role', { messages: [{ content: 'hi' }] }],
  ['an unknown role', { messages: [{ role: 'owner', content: 'hi' }] }],
  ['a temperature that is too high', { temperature: 2.1 }],
  ['half a token', { max_completion_tokens: 1.5 }],
  ['a string in place of a boolean', { store: 'no' }],
  ['a format without its schema', { response_format: { type: 'json_schema' } }],
  ['an invalid name', { response_format: { type: 'json_schema', json_schema: { name: 'a b' } } }],
])('a request with %s does not match', async (_, change) => {
  const changed = JSON.parse(JSON.stringify({ ...(await sentRequest()), ...change }));
  expect(requestSchema.safeParse(changed).success).toBe(false);
});

test.each<[string, Behaviour]>([
  ['a good answer', {}],
  ['a refusal', REFUSAL],
  ['an answer that was cut off', { finishReason: 'length' }],
  ['an answer without usage', { usage: false }],
])('%s of the stand-in matches the published schema', async (_, behaviour) => {
  expect(responseSchema.safeParse(await answered(behaviour)).error).toBeUndefined();
});

test('an error of the stand-in matches the published schema', async () => {
  const error = await answered({ status: 429, error: { type: 'requests', code: 'rate_limit_exceeded' } });
  expect(errorSchema.safeParse(error).error).toBeUndefined();
  expect(responseSchema.safeParse(error).success).toBe(false);
});

test.each([
  { finishReason: 'because' },
  { body: { id: 'x', object: 'chat.completion', created: 1.5, model: 'm', choices: [] } },
])('an answer with %j does not match', async (behaviour) => {
  expect(responseSchema.safeParse(await answered(behaviour)).success).toBe(false);
});

test('the request contains the schema, in strict mode', async () => {
  expect(await sentRequest()).toMatchObject({
    response_format: { json_schema: { strict: true, schema: answerSchema } },
  });
});

/** All schemas within a schema, with their depth. */
function parts(
  schema: object,
  depth = 1,
): { readonly part: Record<string, unknown>; readonly depth: number }[] {
  const part = schema as Record<string, unknown>;
  const within = [
    ...Object.values((part['properties'] as Record<string, object> | undefined) ?? {}),
    ...((part['anyOf'] as object[] | undefined) ?? []),
    ...(part['items'] === undefined ? [] : [part['items'] as object]),
  ];
  return [{ part, depth }, ...within.flatMap((one) => parts(one, depth + 1))];
}

test('the schema uses only the part of JSON Schema that strict mode supports for every model', () => {
  const all = parts(answerSchema);
  const allowed = ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'anyOf'];
  expect(all.length).toBeGreaterThan(20);
  expect(all.flatMap(({ part }) => Object.keys(part)).filter((name) => !allowed.includes(name))).toEqual([]);
  expect(answerSchema['type']).toBe('object');
  const objects = all.filter(({ part }) => part['type'] === 'object');
  expect(objects).not.toHaveLength(0);
  for (const { part } of objects) {
    expect(part['additionalProperties']).toBe(false);
    expect(part['required']).toEqual(Object.keys(part['properties'] as object));
  }
  const types = all.flatMap(({ part }) => (part['anyOf'] === undefined ? [part['type']] : []));
  expect(
    types.filter((type) => !['object', 'array', 'string', 'number', 'null'].includes(String(type))),
  ).toEqual([]);
});

test('the schema is within the limits of strict mode', () => {
  const all = parts(answerSchema);
  expect(Math.max(...all.map(({ depth }) => depth))).toBeLessThanOrEqual(5);
  const names = all.flatMap(({ part }) => Object.keys((part['properties'] as object | undefined) ?? {}));
  expect(names.length).toBeLessThanOrEqual(100);
  const values = all.flatMap(({ part }) => (part['enum'] as string[] | undefined) ?? []);
  expect(values.length).toBeLessThanOrEqual(500);
  expect([...names, ...values].join('').length).toBeLessThanOrEqual(15_000);
});
