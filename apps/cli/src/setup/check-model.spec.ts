// The command against a real server, which refuses as servers do if the configuration is wrong.
import { type HttpStub, httpStub, type StubAnswer, type StubRequest } from '@switchboard/testing';
import { checkModel } from './check-model.ts';

let stub: HttpStub;
let answer: (request: StubRequest) => StubAnswer;
beforeEach(async () => {
  stub = await httpStub((request) => answer(request));
});
afterEach(() => stub.close());

const env = (more: NodeJS.ProcessEnv = {}) => ({
  OPENAI_API_KEY: 'sk-secret-key',
  OPENAI_BASE_URL: `${stub.url}/v1`,
  OPENAI_MODEL: 'm-1',
  MODEL_TIMEOUT_MS: '2000',
  ...more,
});
const says = (content: string, finish_reason = 'stop'): StubAnswer => ({
  body: { model: 'm-1-2026', choices: [{ finish_reason, message: { content } }] },
});
const error = (status: number, code: string, param: string | null = null): StubAnswer => ({
  status,
  body: { error: { message: 'key sk-secret-key is wrong', type: 'invalid_request_error', param, code } },
});

test('a model that answers is usable, and its own name is shown', async () => {
  answer = () => says('{"sentiment":"negative"}');
  const checked = await checkModel(env());
  expect(checked).toMatchObject({ model: 'm-1', usable: true, refuses: [] });
  expect(checked.says).toMatch(/^usable: m-1-2026 answered in \d+ ms$/);
});

test('parameters that the server refuses are shown', async () => {
  answer = ({ json }) =>
    'temperature' in (json as object)
      ? error(400, 'unsupported_value', 'temperature')
      : says('{"sentiment":"neutral"}');
  const checked = await checkModel(env());
  expect(checked).toMatchObject({ usable: true, refuses: ['temperature'] });
  expect(checked.says).toContain('it does not accept temperature, which is left out');
});

test.each<[string, () => StubAnswer, RegExp]>([
  ['a wrong key', () => error(401, 'invalid_api_key'), /OPENAI_API_KEY was refused.*status 401/],
  ['a wrong model', () => error(404, 'model_not_found'), /OPENAI_MODEL.*status 404 \(model_not_found\)/],
  ['an empty account', () => error(429, 'insufficient_quota'), /no credit/],
  ['a model that reasons until the limit', () => says('', 'length'), /MODEL_ANSWER_TOKENS/],
  ['a model that talks', () => says('I would say negative.'), /does not fit the schema/],
  ['a server that hangs', () => ({ fault: 'hang' }), /MODEL_TIMEOUT_MS/],
])('%s has a message without secrets', async (_, how, words) => {
  answer = how;
  const checked = await checkModel(env());
  expect(checked.usable).toBe(false);
  expect(checked.says).toMatch(words);
  expect(checked.says).not.toContain('sk-secret');
});

test('without a key the command fails', async () => {
  answer = () => ({});
  await expect(checkModel(env({ OPENAI_API_KEY: '' }))).rejects.toThrow(/OPENAI_API_KEY is not set/);
  expect(stub.requests).toEqual([]);
});
