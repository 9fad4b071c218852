// The rule that every handler depends on, with a real server: an error is an infrastructure failure, unless it is proven to
// be about a value. Each case is an answer of Postgres to a statement with the given values.
import { InfrastructureError } from '@switchboard/contracts';
import { QueryError } from './errors.ts';
import { freshSchema } from './spec-kit.ts';

let world: Awaited<ReturnType<typeof freshSchema>>;

beforeAll(async () => {
  world = await freshSchema();
  await world.db.query(`
    create table thing (id int primary key, name text unique check (length(name) < 100), parent int references thing);
    create table long (text text primary key);
    create table day (day date not null, body text) partition by range (day);
    create table day_1 partition of day for values from ('2026-01-01') to ('2026-01-02');
    insert into thing values (1, 'one', null)`);
});
afterAll(() => world.end());

async function refusal(sql: string, params?: unknown[]): Promise<Error> {
  return world.db.query(sql, params).then(
    () => {
      throw new Error('the statement was not refused');
    },
    (error) => error,
  );
}

const stateOf = (error: Error): string =>
  String((error as { sqlState?: string }).sqlState ?? (error as { code?: string }).code);

const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

describe('about a value: the record is at fault', () => {
  test.each<[string, string, string, unknown[]]>([
    ['22021', 'NUL in a text', 'select $1::text', ['\0']],
    ['22P02', 'no number', 'select $1::int', ['x']],
    ['22P02', 'no JSON', 'select $1::jsonb', ['{']],
    ['22P05', 'NUL in JSON', 'select $1::jsonb', ['"\\u0000"']],
    ['22003', 'a number too large', 'select $1::int', ['99999999999']],
    ['22007', 'no date', 'select $1::date', ['yesterweek']],
    ['22008', 'a date that does not exist', 'select $1::date', ['2026-02-30']],
    ['23502', 'a column that must be set', 'insert into thing (id) values ($1)', [null]],
    ['23503', 'a row that another needs', 'insert into thing values (2, null, $1)', [7]],
    ['23505', 'a row that is there already', 'insert into thing (id) values ($1)', [1]],
    ['23514', 'a named check', 'insert into thing (id, name) values (9, repeat($1, 200))', ['x']],
    [
      '54000',
      'too long for an index',
      `insert into long select string_agg(md5(i::text), $1) from generate_series(1, 9000) i`,
      [''],
    ],
    ['54001', 'nested too deep', 'select $1::jsonb', [nested]],
  ])('%s %s', async (state, _what, sql, params) => {
    const error = await refusal(sql, params);
    expect(stateOf(error)).toBe(state);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).not.toBeInstanceOf(InfrastructureError);
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe('about us: no record is at fault', () => {
  test.each([
    ['42P01', 'a table is missing', 'select * from nowhere'],
    ['42703', 'a column is missing', 'select nothing from thing'],
    ['42883', 'a function is missing', 'select nothing(1)'],
    ['42601', 'the statement is wrong', 'selekt 1'],
    ['42939', 'a reserved name', 'create role pg_ours'],
    ['42P10', 'a constraint is missing', 'insert into day values (now()) on conflict (day) do nothing'],
    ['23514', 'no partition for a row', `insert into day values ('2026-01-09', 'x')`],
    ['23514', 'another partition by now', `insert into day_1 values ('2026-01-09', 'x')`],
    [
      '23514',
      'a partition on its way',
      `create temp table one (i int constraint partition_pending_20260101 check (i > 1)); insert into one values (1)`,
    ],
    ['25006', 'a read-only server', 'begin read only; insert into thing values (3, null, null); commit'],
    ['21000', 'two rows for one', 'select (select i from generate_series(1, 2) i)'],
    ['0A000', 'what this server cannot do', 'create table x (like thing) with (oids)'],
    ['55P03', 'a lock not had in time', `do $$ begin raise lock_not_available; end $$`],
    ['40P01', 'a deadlock', `do $$ begin raise deadlock_detected; end $$`],
    ['40001', 'a serialization victim', `do $$ begin raise serialization_failure; end $$`],
    ['53100', 'a full disk', `do $$ begin raise disk_full; end $$`],
    ['53200', 'no memory', `do $$ begin raise out_of_memory; end $$`],
    ['53300', 'too many connections', `do $$ begin raise too_many_connections; end $$`],
    ['57P01', 'shutting down', `do $$ begin raise admin_shutdown; end $$`],
    ['57P03', 'not up yet', `do $$ begin raise cannot_connect_now; end $$`],
    ['57014', 'too slow', `do $$ begin raise query_canceled; end $$`],
    ['58030', 'an I/O error', `do $$ begin raise io_error; end $$`],
    ['XX000', 'an internal error', `do $$ begin raise internal_error; end $$`],
    ['XX001', 'a broken page', `do $$ begin raise data_corrupted; end $$`],
    ['P0001', 'whatever a trigger of somebody raises', `do $$ begin raise exception 'no'; end $$`],
  ])('%s %s', async (state, _what, sql) => {
    const error = await refusal(sql);
    expect(error).toBeInstanceOf(InfrastructureError);
    expect((error as InfrastructureError).code).toBe('POSTGRES_UNAVAILABLE');
    expect(stateOf(error)).toBe(state);
    // The pool still works, with this connection or another.
    await world.db.query('rollback');
    expect(await world.db.query('select count(*) as n from thing')).toEqual([{ n: 1 }]);
  });
});
