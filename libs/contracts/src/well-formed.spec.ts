import { parseJson, writeJson } from './well-formed.ts';

const HIGH = '\ud83d';
const LOW = '\ude00';

test.each([
  ['"a"', 'a'],
  [String.raw`"\ud83d\ude00"`, '😀'],
  [String.raw`"\uD83D\uDE00!"`, '😀!'],
  [String.raw`"\ud83d"`, '\ufffd'],
  [String.raw`"x\ude00y"`, 'x\ufffdy'],
  [String.raw`"\ude00\ud83d"`, '\ufffd\ufffd'],
  [String.raw`"\ud83d\ud83d\ude00"`, '\ufffd😀'],
  [String.raw`"\ud83dx\ude00"`, '\ufffdx\ufffd'],
  // An escaped backslash, and what follows it.
  [String.raw`"\\ud83d"`, String.raw`\ud83d`],
  [String.raw`"\\\ud83d"`, '\\\ufffd'],
  [String.raw`{"\ud83d":["\udfff"]}`, { '\ufffd': ['\ufffd'] }],
  ['"\\u00e4"', 'ä'],
])('%s is read as %j', (json, value) => {
  expect(parseJson(json)).toEqual(value);
});

test.each([
  [HIGH, '"\ufffd"'],
  [`${HIGH}${LOW}`, '"😀"'],
  [`${LOW}${HIGH}`, '"\ufffd\ufffd"'],
  [{ [`a${HIGH}`]: [`${LOW}b`] }, '{"a\ufffd":["\ufffdb"]}'],
  [String.raw`\ud83d`, String.raw`"\\ud83d"`],
  [`\\${HIGH}`, String.raw`"\\` + '\ufffd"'],
  [{ toJSON: () => HIGH }, '"\ufffd"'],
  [undefined, 'null'],
])('%j is written as %s', (value, json) => {
  expect(writeJson(value)).toBe(json);
});

test('any piece of a text with emoji is read and written well-formed', () => {
  const text = 'a😀\\b😀"c';
  for (let from = 0; from < text.length; from += 1) {
    for (let to = from; to <= text.length; to += 1) {
      const piece = text.slice(from, to);
      const whole = Buffer.from(piece).toString();
      expect(parseJson(JSON.stringify({ [piece]: piece }))).toEqual({ [whole]: whole });
      expect(JSON.parse(writeJson({ [piece]: piece }))).toEqual({ [whole]: whole });
    }
  }
});

test('a text that is not JSON is refused', () => {
  expect(() => parseJson('{')).toThrow(SyntaxError);
});
