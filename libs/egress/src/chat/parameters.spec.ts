import { ChatParameters } from './parameters.ts';

test.each([
  ['https://api.openai.com/v1', { max_completion_tokens: 7 }],
  ['https://eu.api.openai.com/v1', { max_completion_tokens: 7 }],
  ['https://acme.openai.azure.com/openai/v1', { max_completion_tokens: 7 }],
  ['http://localhost:11434/v1', { max_tokens: 7 }],
  ['https://notopenai.com/v1', { max_tokens: 7 }],
])('%s is told how long an answer may be with %j', (baseUrl, bound) => {
  const parameters = new ChatParameters({ baseUrl });
  expect(parameters.common(parameters.now, 7, 'x', {})).toMatchObject(bound);
});

const parameters = (omit: ConstructorParameters<typeof ChatParameters>[0]['omit'] = []) => {
  const told: string[] = [];
  const one = new ChatParameters({
    baseUrl: 'http://localhost/v1',
    omit,
    told: (parameter) => told.push(parameter),
  });
  return { one, told };
};

test.each([
  ['temperature', 'Unsupported', 'temperature'],
  ['max_tokens', '', 'max_tokens'],
  ['response_format.json_schema', '', 'json_schema'],
  ['messages[0].content', "'temperature' is not supported", undefined],
  [null, "Unknown parameter: 'temperature'", 'temperature'],
  [null, 'Unrecognized request argument supplied: store', 'store'],
  [null, '{"loc":["body","store"],"msg":"Extra inputs are not permitted"}', 'store'],
  [null, '{\\"store\\" is not supported', 'store'],
  [null, 'the store has no temperature: not supported', undefined],
  [null, "'temperature' is nice", undefined],
  [null, "'max_completion_tokens' is not supported", undefined],
  [undefined, '', undefined],
])('of param %j and the text %j it is %j that was refused', (param, text, expected) => {
  const { one } = parameters();
  expect(one.refusedIn(param, text, one.now)).toBe(expected);
});

test('tells once of what is refused, whoever has found it', () => {
  const { one, told } = parameters();
  const before = one.now;
  expect([one.refused('store', before), one.refused('store', before)]).toEqual([true, true]);
  expect(told).toEqual(['store']);
});

test('a second name of the bound is the last one', () => {
  const { one, told } = parameters(['max_tokens']);
  expect(one.common(one.now, 7, 'x', {})).toMatchObject({ max_completion_tokens: 7 });
  expect(one.refused('max_completion_tokens', one.now)).toBe(false);
  expect(told).toEqual([]);
});
