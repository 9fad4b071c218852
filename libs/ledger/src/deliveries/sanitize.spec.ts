// Postgres accepts every sanitized text.
import { type Suite, suite } from '@switchboard/testing';
import { sanitizedJson, sanitizeText } from './sanitize.ts';

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
    sanitizeText(text),
    sanitizedJson({ a: text }),
  ]);
  const kept = text
    .replace('\0', '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/, '\ufffd');
  expect(row).toEqual({ text: kept, json: kept });
});

test('limits the length', () => {
  expect(sanitizeText('abcdef', 3)).toBe('abc');
});
