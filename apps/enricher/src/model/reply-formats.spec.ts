// Replies of servers that speak the API in their own way: which ones are read, and which ones are refused.
import { ModelError } from './model-client.ts';
import { failureOf, testModelClient } from './test-model-client.ts';
import {
  ANSWERING_MODEL,
  type Behaviour,
  GARBAGE,
  goodAnswer,
  OUT_OF_SCHEMA,
  REFUSAL,
} from './test-model-server.ts';

const kit = testModelClient();
const { ask } = kit;

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
])('%s is an error', async (_, behaviour, expected) => {
  kit.server.behave(behaviour);
  expect(await failureOf(ask())).toMatchObject(expected);
});

test.each([
  ['a name of the model with a NUL', { model: 'm\0' }],
  ['an impossible number of tokens', { usage: { prompt_tokens: 2 ** 53 - 1, completion_tokens: 1 } }],
])('%s is not used', async (_, change) => {
  const choices = [{ finish_reason: 'stop', message: { content: JSON.stringify(goodAnswer) } }];
  kit.server.behave({ body: { model: 'm', choices, ...change } });
  const outcome = await ask().catch((error: unknown) => error as ModelError);
  if (outcome instanceof ModelError) expect(outcome.code).toBe('invalid_answer');
  expect(outcome.usage).toBeUndefined();
});
const GOOD = JSON.stringify(goodAnswer);
const completion = (message: object, more: object = {}, finish_reason: unknown = 'stop') => ({
  body: { model: ANSWERING_MODEL, choices: [{ finish_reason, message }], ...more },
});
test.each<[string, Behaviour, object]>([
  ['content in parts', completion({ content: [{ type: 'text', text: GOOD }] }), {}],
  [
    'thoughts in a separate part',
    completion({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
        { type: 'text', text: GOOD.slice(0, 9) },
        { type: 'text', text: GOOD.slice(9) },
      ],
    }),
    {},
  ],
  ['code fences', completion({ content: `\`\`\`json\n${GOOD}\n\`\`\`` }), {}],
  ['fences without a language', completion({ content: `\n\`\`\`\n${GOOD}\`\`\`\n` }), {}],
  ['thoughts before the answer', completion({ content: `<think>\nlet me {see}\n</think>\n\n${GOOD}` }), {}],
  ['an empty name of the model', completion({ content: GOOD }, { model: '' }), { model: 'test-model' }],
  ['no name of the model', completion({ content: GOOD }, { model: undefined }), { model: 'test-model' }],
  ['usage: null', completion({ content: GOOD }, { usage: null }), { usage: undefined }],
  ['no finish_reason', completion({ content: GOOD }, {}, null), {}],
  ['another finish_reason', completion({ content: GOOD }, {}, 'eos'), {}],
])('%s: the answer is read', async (_, behaviour, more) => {
  kit.server.behave(behaviour);
  expect(await ask()).toMatchObject({ answer: goodAnswer, ...more });
});

test.each<[string, Behaviour, Partial<ModelError>]>([
  [
    'a model that reasons until the limit',
    completion({ content: '' }, { usage: { prompt_tokens: 5, completion_tokens: 800 } }, 'length'),
    { code: 'too_long', again: false, usage: { inputTokens: 5, outputTokens: 800 } },
  ],
  [
    'an answer that is cut off',
    completion({ content: GOOD.slice(0, 40) }, {}, 'length'),
    { code: 'too_long', again: false },
  ],
  [
    'a call of a tool',
    completion({ content: null, tool_calls: [] }, {}, 'tool_calls'),
    { code: 'invalid_answer', again: false },
  ],
])('%s is an error after which the call is not repeated', async (_, behaviour, expected) => {
  kit.server.behave(behaviour);
  const error = await ask().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ModelError);
  expect(error).toMatchObject(expected);
});
