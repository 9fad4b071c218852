// Sessions inherit unusual settings: we override what can be set, and refuse the rest by name.
import { createDatabase } from './database.ts';
import { UnusableDatabaseError } from './errors.ts';
import { freshSchema, silent } from './spec-kit.ts';
import { databaseWith, poolerThatIgnoresOptions } from './test-server.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function made(...args: Parameters<typeof databaseWith>) {
  const database = await databaseWith(...args);
  ending.push(() => database.end());
  return database;
}

test.each([
  `datestyle = 'SQL, DMY'`,
  `datestyle = 'German'`,
  `intervalstyle = 'sql_standard'`,
  `timezone = 'Asia/Kathmandu'`,
  'extra_float_digits = -15',
  `bytea_output = 'escape'`,
  'standard_conforming_strings = off',
  `default_transaction_isolation = 'serializable'`,
  'array_nulls = off',
  `search_path = 'elsewhere'`,
  'lock_timeout = 1',
  'enable_indexscan = off',
  `plan_cache_mode = 'force_custom_plan'`,
])('a database with %s reads and writes like any other', async (setting) => {
  const db = (await made([setting])).open();
  await db.query('create schema switchboard');
  await db.query('create table kept (at timestamptz, number float8, bytes bytea, texts text[])');
  const at = new Date(Date.UTC(2026, 2, 4, 23, 30, 0, 123));
  const bytes = Buffer.from([0, 39, 92, 255]);
  await db.query('insert into kept values ($1, $2, $3, $4)', [at, 0.1 + 0.2, bytes, ['a\\b', null]]);
  await expect(db.query('select *, at::date::text as day from switchboard.kept')).resolves.toEqual([
    { at, number: 0.1 + 0.2, bytes, texts: ['a\\b', null], day: '2026-03-04' },
  ]);
  await expect(
    db.query(`select current_setting('transaction_isolation') as level, '\\' as text`),
  ).resolves.toEqual([{ level: 'read committed', text: '\\' }]);
});

test.each([
  ['synchronous_commit', 'synchronous_commit = off', ''],
  ['session_replication_role', 'session_replication_role = replica', ''],
  ['server_encoding', `timezone = 'UTC'`, `encoding 'SQL_ASCII' locale 'C'`],
])('a database whose %s cannot serve is refused by that name', async (name, setting, options) => {
  const refused = (await made([setting], options)).open().query('select 1');
  await expect(refused).rejects.toThrow(UnusableDatabaseError);
  await expect(refused).rejects.toThrow(`the setting ${name} is`);
});

test('a pooler that drops startup parameters is refused, and nothing is written into another schema', async () => {
  const world = await freshSchema();
  const pooler = await poolerThatIgnoresOptions();
  ending.push(() => world.end(), pooler.end);
  const db = createDatabase({ url: pooler.url, schema: world.db.schema, logger: silent });
  ending.push(() => db.close());
  const refused = db.query(`create table astray_${world.db.schema} (id int)`);
  await expect(refused).rejects.toThrow(UnusableDatabaseError);
  await expect(refused).rejects.toThrow('the setting search_path is');
  await expect(
    world.db.query(`select to_regclass('public.astray_${world.db.schema}') as found`),
  ).resolves.toEqual([{ found: null }]);
});

test('options of the connection string are kept together with ours', async () => {
  const world = await freshSchema();
  ending.push(() => world.end());
  const url = `${process.env['DATABASE_URL']}?options=-c%20work_mem%3D5MB&application_name=mine`;
  const rows = world
    .again({ url })
    .query(
      `select current_schema() as schema, current_setting('work_mem') as memory, current_setting('application_name') as name`,
    );
  await expect(rows).resolves.toEqual([{ schema: world.db.schema, memory: '5MB', name: 'mine' }]);
});
