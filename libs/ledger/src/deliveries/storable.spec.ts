// Whatever a text holds, Postgres takes what is left of it.
import { type Suite, suite } from '@switchboard/testing';
import { storableJson, storableText } from './storable.ts';

let s: Suite;
beforeAll(async () => {
  s = await suite({ topics: false });
});
afterAll(() => s.end());

test.each([
  ['nul \0 inside'],
  ['half \ud800 a pair'],
  ['the other half \udc00'],
  ['\\u0000 spelled out'],
  ['😀 whole'],
])('%j', async (text) => {
  const [row] = await s.database.query(`select $1::text as text, $2::jsonb->'a' as json`, [
    storableText(text),
    storableJson({ a: text }),
  ]);
  const kept = text
    .replace('\0', '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/, '\ufffd');
  expect(row).toEqual({ text: kept, json: kept });
});

test('cuts to so many characters', () => {
  expect(storableText('abcdef', 3)).toBe('abc');
});
