// Problems that waiting cannot solve are errors that name the setting; a server that is away is waited for.
import { checkDatabase } from './check-database.ts';
import { databaseUrlProblem } from './database-url.ts';
import { PostgresUnavailableError, UnusableDatabaseError } from './errors.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/all.ts';
import { freshSchema } from './spec-kit.ts';
import { poolerThatRefusesOptions } from './test-server.ts';

let world: Awaited<ReturnType<typeof freshSchema>>;
beforeEach(async () => {
  world = await freshSchema();
});
afterEach(() => world.end());

const changed = (change: (url: URL) => void): string => {
  const url = new URL(process.env['DATABASE_URL'] ?? '');
  change(url);
  return url.href;
};

test('a migrated schema is usable', async () => {
  await migrate(world.db);
  await expect(checkDatabase(world.db)).resolves.toBeUndefined();
});

test.each<[string, string, (url: URL) => void]>([
  ['a wrong user', 'correct DATABASE_URL', (url) => void (url.username = 'nobody_of_ours')],
  ['a database that is not there', 'no such database', (url) => void (url.pathname = '/no_such_database')],
])('%s is refused with advice', async (_what, message, change) => {
  const refused = checkDatabase(world.again({ url: changed(change) }));
  await expect(refused).rejects.toThrow(UnusableDatabaseError);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toThrow('DATABASE_URL');
});

test('a schema without our tables, and a missing schema, are refused', async () => {
  for (const db of [world.db, world.again({ schema: 'nowhere_at_all' })]) {
    const refused = checkDatabase(db);
    await expect(refused).rejects.toThrow(UnusableDatabaseError);
    await expect(refused).rejects.toThrow(/"setup tables".*DATABASE_SCHEMA/);
  }
});

test('a schema of an older release is refused with the missing migrations', async () => {
  await migrate(world.db);
  const last = migrations.at(-1)?.name ?? '';
  await world.db.query('delete from migration where name = $1', [last]);
  await expect(checkDatabase(world.db)).rejects.toThrow(`${last} not applied; run "setup tables"`);
});

test('a schema of a newer release is usable, unless a migration requires that release', async () => {
  await migrate(world.db);
  await world.db.query(`insert into migration (name) values ('9001_expands')`);
  await expect(checkDatabase(world.db)).resolves.toBeUndefined();
  await world.db.query(`insert into migration (name, requires) values ('9002_contracts', '9001_expands')`);
  const refused = checkDatabase(world.db);
  await expect(refused).rejects.toThrow(UnusableDatabaseError);
  await expect(refused).rejects.toThrow('of a newer release: 9002_contracts requires');
});

test('a pooler that refuses startup parameters is named', async () => {
  const pooler = await poolerThatRefusesOptions();
  const refused = checkDatabase(world.again({ url: pooler.url }));
  await expect(refused).rejects.toThrow(UnusableDatabaseError);
  await expect(refused).rejects.toThrow(
    /pooler.*DATABASE_URL name the server itself \(unsupported startup parameter: options\)/,
  );
  pooler.end();
});

test('a server that is away is waited for', async () => {
  const away = world.again({ url: 'postgres://u:p@127.0.0.1:1/db' });
  await expect(checkDatabase(away)).rejects.toThrow(PostgresUnavailableError);
});

test.each([
  'postgres://u:p#ss/w0rd@host/db',
  'postgres://u:12#ss@host/db',
  'postgres://u:12/w0rd@host/db',
  'postgres://u:1?x@host/db',
  'postgres://u:p@ss@host:x/db',
  'postgres://u:p@host/db?options=%zz',
  'mysql://u:p@host/db',
  'host=localhost dbname=db',
])('%s is no connection string', (url) => {
  const problem = databaseUrlProblem(url) ?? '';
  expect(problem).toMatch(/percent-encode|must be a postgres:/);
  for (const secret of ['p#ss', 'w0rd', '12']) expect(problem).not.toContain(secret);
});

test.each([
  'postgres://u:p%23ss%2Fw0rd@host/db',
  'postgresql://u:p@host:5433/db?sslmode=verify-full&application_name=x',
  'postgres://u:p@[::1]:5432/db',
  'postgres:///db?host=/var/run/postgresql',
  'postgres://host',
])('%s is one', (url) => {
  expect(databaseUrlProblem(url)).toBeUndefined();
});
