import { ChatParameters } from './parameters.ts';

test.each([
  ['https://api.openai.com/v1', { max_completion_tokens: 7 }],
  ['https://eu.api.openai.com/v1', { max_completion_tokens: 7 }],
  ['https://acme.openai.azure.com/openai/v1', { max_completion_tokens: 7 }],
  ['http://localhost:11434/v1', { max_tokens: 7 }],
  ['https://notopenai.com/v1', { max_tokens: 7 }],
])('%s gets the token limit %j', (baseUrl, bound) => {
  const parameters = new ChatParameters({ baseUrl });
  expect(parameters.common(parameters.current, 7, 'x', {})).toMatchObject(bound);
});

const parameters = (omit: ConstructorParameters<typeof ChatParameters>[0]['omit'] = []) => {
  const refused: string[] = [];
  const one = new ChatParameters({
    baseUrl: 'http://localhost/v1',
    omit,
    onRefused: (parameter) => refused.push(parameter),
  });
  return { one, refused };
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
])('param %j and text %j: the refused parameter is %j', (param, text, expected) => {
  const { one } = parameters();
  expect(one.refusedIn(param, text, one.current)).toBe(expected);
});

test('reports a refused parameter once, though several calls find it', () => {
  const { one, refused } = parameters();
  const before = one.current;
  expect([one.omit('store', before), one.omit('store', before)]).toEqual([true, true]);
  expect(refused).toEqual(['store']);
});

test('the second name of the token limit is the last one', () => {
  const { one, refused } = parameters(['max_tokens']);
  expect(one.common(one.current, 7, 'x', {})).toMatchObject({ max_completion_tokens: 7 });
  expect(one.omit('max_completion_tokens', one.current)).toBe(false);
  expect(refused).toEqual([]);
});
