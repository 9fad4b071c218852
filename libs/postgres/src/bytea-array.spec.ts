import { byteaArray } from './bytea-array.ts';
import type { Database } from './database.ts';
import { freshSchema } from './spec-kit.ts';

let db: Database;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ db, end } = await freshSchema());
});
afterAll(() => end());

test.each([
  ['nothing', []],
  [
    'all bytes, in order',
    [Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.from('"{}\\,null')],
  ],
  ['empty ones between others', [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(0)]],
])('Postgres reads %s', async (_what, values) => {
  const rows = await db.query<{ value: Buffer }>(
    'select value from unnest($1::bytea[]) with ordinality as given(value, position) order by position',
    [byteaArray(values)],
  );
  expect(rows.map(({ value }) => value)).toEqual(values);
});
