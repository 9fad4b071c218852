import { migrate } from './migrate.ts';
import { migrations } from './migrations/all.ts';
import { freshSchema } from './spec-kit.ts';

let world: Awaited<ReturnType<typeof freshSchema>>;

beforeEach(async () => {
  world = await freshSchema();
});

afterEach(() => world.end());

const names = migrations.map(({ name }) => name);

test('applies every step once and names what it did', async () => {
  expect(await migrate(world.db)).toEqual(names);
  expect(await migrate(world.db)).toEqual([]);
  expect(await world.db.query('select count(*) as n from delivery')).toEqual([{ n: 0 }]);
});

test('creates the schema', async () => {
  await world.db.query(`drop schema ${world.db.schema}`);
  expect(await migrate(world.db)).toEqual(names);
});

test('many at once: one does the work', async () => {
  const all = await Promise.all([world.db, world.again(), world.again()].map(migrate));
  expect(all.filter((applied) => applied.length > 0)).toEqual([names]);
});

test('goes on where it stopped', async () => {
  const [first, ...rest] = names;
  // As a start left it that ended after the first step.
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
