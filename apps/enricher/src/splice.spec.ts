// splice keeps all bytes of the sender in order, and a parser sees one more field.
import fc from 'fast-check';
import { splice } from './splice.ts';

const field = '{"a":[1]}';
const spliced = (text: string) => splice(Buffer.from(text), 'enrichment', field).toString();

test.each([
  ['{"event":"x","data":{}}', `{"event":"x","data":{},"enrichment":${field}}`],
  ['{"event":"x"}\r\n\t ', `{"event":"x","enrichment":${field}}\r\n\t `],
  ['{"event":"x"\n}', `{"event":"x"\n,"enrichment":${field}}`],
  ['{}', `{"enrichment":${field}}`],
  [' { \n } ', ` { \n "enrichment":${field}} `],
  ['{"a":{}}', `{"a":{},"enrichment":${field}}`],
  ['{"a":"}"}', `{"a":"}","enrichment":${field}}`],
  ['{"a":{ }  }', `{"a":{ }  ,"enrichment":${field}}`],
])('%j', (text, expected) => {
  expect(spliced(text)).toBe(expected);
});

test('keeps what parsing and serialising would change', () => {
  const text = '{"n":1.10,"big":12345678901234567890,"d":1,"d":2,"u":"\\u00e9\\/"}';
  expect(spliced(text)).toBe(`${text.slice(0, -1)},"enrichment":${field}}`);
});

test('bytes that are not UTF-8 do not change', () => {
  const value = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
  const result = splice(value, 'enrichment', field);
  expect(result.subarray(0, value.length - 1)).toEqual(value.subarray(0, -1));
});

test('parsers use the new field when the object has one of the same name', () => {
  const result = spliced('{"enrichment":"mine","event":"x"}');
  expect(result.startsWith('{"enrichment":"mine","event":"x"')).toBe(true);
  expect(JSON.parse(result).enrichment).toEqual({ a: [1] });
});

test('any object: prefix and suffix are the sender’s bytes, the rest is the field', () => {
  const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
  const object = fc.dictionary(
    fc.string().filter((key) => key !== 'enrichment'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(object, space, space, fc.constantFrom(undefined, 2), (content, before, after, indent) => {
      const text = before + JSON.stringify(content, null, indent) + after;
      const result = spliced(text);
      const brace = text.lastIndexOf('}');
      expect(result.startsWith(text.slice(0, brace))).toBe(true);
      expect(result.endsWith(text.slice(brace))).toBe(true);
      const { enrichment, ...rest } = JSON.parse(result);
      expect(enrichment).toEqual({ a: [1] });
      expect(rest).toEqual(JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});
