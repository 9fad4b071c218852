import type { Database } from './database.ts';
import { freshSchema } from './spec-kit.ts';
import { textArray } from './text-array.ts';

let db: Database;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ db, end } = await freshSchema());
});
afterAll(() => end());

test.each([
  ['nothing', []],
  ['what has a meaning in an array', ['a,b', '{}', '"', '\\', '\\"', 'NULL', 'null', '', ' ', ' a ']],
  ['lines, tabs and characters of all planes', ['a\nb\r\n\tc', 'ü', '漢', '🦊', '\u2028', '\u0001']],
  ['nulls between others', [null, 'a', null]],
])('Postgres reads texts: %s', async (_what, values) => {
  const text = textArray(values);
  expect(text).toBeDefined();
  expect(await elementsOf('text', text)).toEqual(values);
});

test.each([
  ['int8', [0, -1, 9007199254740991, null]],
  ['float8', [0.1, -1.5e-7, 1e21]],
  ['bool', [true, false, null]],
])('Postgres reads %s', async (type, values) => {
  expect(await elementsOf(type, textArray(values))).toEqual(values);
});

test.each([
  ['a date', new Date(0)],
  ['a buffer', Buffer.from('a')],
  ['an array', ['a']],
  ['an object', { a: 1 }],
  ['undefined', undefined],
])('leaves an array with %s to pg', (_what, value) => {
  expect(textArray(['a', value])).toBeUndefined();
});

async function elementsOf(type: string, text: string | undefined): Promise<unknown[]> {
  const rows = await db.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as given(value, position) order by position`,
    [text],
  );
  return rows.map(({ value }) => value);
}
