import { migrate } from './migrate.ts';
import { type Migration, migrations } from './migrations/all.ts';
import { QueryError, StatementRefusedError } from './errors.ts';
import { freshSchema } from './spec-kit.ts';

let world: Awaited<ReturnType<typeof freshSchema>>;

beforeEach(async () => {
  world = await freshSchema();
});

afterEach(() => world.end());

const names = migrations.map(({ name }) => name);

test('applies every migration once and returns their names', async () => {
  expect(await migrate(world.db)).toEqual(names);
  expect(await migrate(world.db)).toEqual([]);
  expect(await world.db.query('select count(*) as n from delivery')).toEqual([{ n: 0 }]);
});

test('creates the schema', async () => {
  await world.db.query(`drop schema ${world.db.schema}`);
  expect(await migrate(world.db)).toEqual(names);
});

test('of many concurrent runs one does the work', async () => {
  const all = await Promise.all([world.db, world.again(), world.again()].map((db) => migrate(db)));
  expect(all.filter((applied) => applied.length > 0)).toEqual([names]);
});

test('continues where an earlier run stopped', async () => {
  const [first, ...rest] = names;
  // The state after a run that ended after the first migration.
  await world.db.query(
    'create table migration (name text primary key, applied_at timestamptz not null default now())',
  );
  await world.db.query(migrations[0]?.sql ?? '');
  await world.db.query('insert into migration (name) values ($1)', [first]);
  expect(await migrate(world.db)).toEqual(rest);
  const tables = await world.db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = $1`,
    [world.db.schema],
  );
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['integrations', 'spool', 'delivery', 'migration']),
  );
});

test('names are unique and in order', () => {
  expect([...new Set(names)].sort()).toEqual(names);
});

const step = (name: string, sql: string) => ({ name, sql });
const applied = async () =>
  (await world.db.query<{ name: string }>('select name from migration order by name')).map(
    ({ name }) => name,
  );

test('a migration may take longer than a statement of a service', async () => {
  const hasty = world.again({ statementTimeoutMs: 100 });
  const slow = step('1_slow', 'create table slow as select 1 as one from pg_sleep(4)');
  expect(await migrate(hasty, undefined, [slow])).toEqual(['1_slow']);
});

test('a locked table is tried again and again, and no statement queues behind that for more than a moment', async () => {
  await migrate(world.db, undefined, [step('1_first', 'create table busy (id int)')]);
  const progress: string[] = [];
  let migrating: Promise<unknown> = Promise.resolve();
  await world.db.transaction(async (tx) => {
    await tx.query('select * from busy');
    const steps = [step('1_first', ''), step('2_second', 'alter table busy add column more int')];
    migrating = migrate(
      world.again(),
      (sentence) => {
        progress.push(sentence);
      },
      steps,
    );
    while (progress.length < 2) {
      // Each takes turns with the waiting lock.
      await world.again({ statementTimeoutMs: 2_000 }).query('select * from busy');
    }
  });
  expect(await migrating).toEqual(['2_second']);
  expect(progress[0]).toBe('2_second: a table is in use; retrying.');
});

test('a failed migration leaves nothing, and the next run starts there', async () => {
  const steps = (second: string) => [step('1_first', 'create table a (id int)'), step('2_second', second)];
  const failing = migrate(world.db, undefined, steps('create table b (id int); select 1/0'));
  await expect(failing).rejects.toThrow(QueryError);
  expect(await applied()).toEqual(['1_first']);
  await expect(world.db.query('select * from b')).rejects.toThrow(StatementRefusedError);
  expect(await migrate(world.db, undefined, steps('create table b (id int)'))).toEqual(['2_second']);
});

test('an index is built while others write, also after an interrupted build', async () => {
  await migrate(world.db, undefined, [step('1_first', 'create table many (id int)')]);
  const index = {
    name: '2_index',
    online: (concurrently: string) => [
      `drop index ${concurrently} if exists many_by_id`,
      `create index ${concurrently} many_by_id on many (id)`,
    ],
  };
  // The result of an interrupted build.
  await world.db.query('create index many_by_id on many (id)');
  const half = `update pg_index set indisvalid = false where indexrelid = 'many_by_id'::regclass`;
  await world.db.query(half);
  let migrating: Promise<unknown> = Promise.resolve();
  await world.db.transaction(async (tx) => {
    await tx.query('insert into many values (1)');
    migrating = migrate(world.again(), undefined, [step('1_first', ''), index]);
    await world.again({ statementTimeoutMs: 5_000 }).query('insert into many values (2)');
  });
  expect(await migrating).toEqual(['2_index']);
  const [made] = await world.db.query(
    `select indisvalid as valid from pg_index where indexrelid = 'many_by_id'::regclass`,
  );
  expect(made).toEqual({ valid: true });
});

// Migrations from before this rule; a released migration is never changed.
const BEFORE_THE_RULE = '0013_model';
const CONTRACTS =
  /\b(?:drop|rename|truncate)\b|\balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b|\bset\s+not\s+null\b|\badd\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?\w+\s+\w+(?:\[\])?\s+not\s+null(?!\s+default|\s+generated)/i;
const comments = /--.*$/gm;
const own = (sql: string) =>
  sql
    .replace(comments, '')
    // A migration may replace what it has created itself. No release reads triggers or indexes, and a dropped constraint
    // refuses nothing.
    .replace(/\bdrop\s+(?:index|trigger|function|constraint)\b/gi, '')
    .replace(/create\s+table[^;]*;?/gi, '');

test.each([
  'alter table a drop column b',
  'drop table a',
  'alter table a rename column b to c',
  'alter table a alter column b type bigint',
  'alter table a alter b set not null',
  'alter table a add column b int not null',
])('"%s" is known as one that the release before may not survive', (sql) => {
  expect(own(sql)).toMatch(CONTRACTS);
});

test.each([
  'alter table a add column b int',
  'alter table a add column b int not null default 0',
  'create table a (b int not null)',
  'drop index if exists a_b',
  'alter table a drop constraint b',
])('"%s" is known as one that it survives', (sql) => {
  expect(own(sql)).not.toMatch(CONTRACTS);
});

test('no migration removes what the previous release uses, unless it says which migration it requires', () => {
  const later = migrations.filter(({ name }) => name > BEFORE_THE_RULE);
  const statements = ({ sql = '', online }: Migration) => [sql, ...(online?.('') ?? [])].join(';');
  const taking = later.filter((one) => CONTRACTS.test(own(statements(one))));
  expect(taking.filter(({ requires }) => requires === undefined).map(({ name }) => name)).toEqual([]);
  for (const { requires } of taking) expect(names).toContain(requires);
});
