// What the proxy does to a statement is what Postgres and its client see.
import { createDatabase, type Database, PostgresUnavailableError } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { type Harm, type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';

let s: Suite;
let proxy: PostgresProxy;
let database: Database;
let harm: Harm | undefined;

beforeEach(async () => {
  harm = undefined;
  s = await suite({ topics: false });
  const url = new URL(s.env.DATABASE_URL);
  proxy = await startPostgresProxy(Number(url.port), (text) =>
    text.startsWith('insert') ? harm : undefined,
  );
  url.port = String(proxy.port);
  database = createDatabase({ url: url.href, schema: s.env.DATABASE_SCHEMA, logger: quiet, max: 1 });
  await s.database.query('create table probe (id int)');
});

afterEach(async () => {
  await database.close();
  await proxy.close();
  await s.end();
});

const insert = () => database.query('insert into probe values ($1)', [1]);
const count = async () => (await s.database.query('select * from probe')).length;

test('without harm everything passes, prepared statements too', async () => {
  for (let index = 0; index < 3; index += 1) await insert();
  expect(await count()).toBe(3);
});

test('a refused statement does nothing, and the connection goes on', async () => {
  await insert();
  harm = 'refuse';
  await expect(insert()).rejects.toBeInstanceOf(PostgresUnavailableError);
  harm = undefined;
  await insert();
  expect(await count()).toBe(2);
});

test('a refused statement ends its transaction', async () => {
  harm = 'refuse';
  const work = database.transaction(async (tx) => {
    await tx.query('create table other (id int)', []);
    await tx.query('insert into probe values ($1)', [1]);
  });
  await expect(work).rejects.toBeInstanceOf(PostgresUnavailableError);
  const tables = await s.database.query(
    `select 1 from pg_tables where schemaname = $1 and tablename = 'other'`,
    [s.env.DATABASE_SCHEMA],
  );
  expect(tables).toEqual([]);
});

test('an answer that is lost: the statement has run', async () => {
  harm = 'lose-answer';
  await expect(insert()).rejects.toBeInstanceOf(PostgresUnavailableError);
  await eventually(async () => expect(await count()).toBe(1));
});

test('a cut connection: the statement has not run', async () => {
  harm = 'cut';
  await expect(insert()).rejects.toBeInstanceOf(PostgresUnavailableError);
  expect(await count()).toBe(0);
});

test('a statement that is held back runs later, and while frozen none does', async () => {
  harm = 5;
  await insert();
  proxy.freeze();
  const waiting = insert();
  expect(await count()).toBe(1);
  proxy.thaw();
  await waiting;
  expect(await count()).toBe(2);
});

test('after a kill nothing passes', async () => {
  await insert();
  proxy.kill();
  await expect(insert()).rejects.toBeInstanceOf(PostgresUnavailableError);
  expect(await count()).toBe(1);
});
