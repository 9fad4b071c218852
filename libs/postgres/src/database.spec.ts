import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { InfrastructureError } from '@switchboard/contracts';
import { createDatabase, type Database } from './database.ts';
import { PostgresUnavailableError, QueryError } from './errors.ts';
import { freshSchema, silent } from './spec-kit.ts';

let db: Database;
let again: Awaited<ReturnType<typeof freshSchema>>['again'];
let end: () => Promise<void>;

beforeEach(async () => {
  ({ db, again, end } = await freshSchema());
  await db.query('create table note (id bigint generated always as identity, text text unique)');
});

afterEach(() => end());

const texts = async () =>
  (await db.query<{ text: string }>('select text from note order by id')).map((row) => row.text);

/** The error with which a query is refused. */
async function refusal(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => {
      throw new Error('the query was not refused');
    },
    (error) => error,
  );
}

test('works in its schema, and returns int8 as numbers where they are exact', async () => {
  expect(await db.query('select current_schema() as schema')).toEqual([{ schema: db.schema }]);
  expect(
    await db.query(
      'select 9007199254740991::int8 as safe, 9007199254740993::int8 as unsafe, count(*) from note',
    ),
  ).toEqual([{ safe: 9007199254740991, unsafe: '9007199254740993', count: 0 }]);
});

test('a statement is prepared for few rows, and for many rows with alwaysPrepare', async () => {
  await db.transaction(async (tx) => {
    const isKept = async (text: string) =>
      (await tx.query('select from pg_prepared_statements where statement = $1', [text])).length === 1;
    const [few, many] = ['select 1 from unnest($1::int[])', 'select 2 from unnest($1::int[])'];
    const rows = (count: number) => Array.from({ length: count }, (_, index) => index);
    await tx.query(few, [rows(32)]);
    expect(await isKept(few)).toBe(true);
    await tx.query(many, [rows(33)]);
    expect(await isKept(many)).toBe(false);
    await tx.query(many, [rows(33)], { alwaysPrepare: true });
    expect(await isKept(many)).toBe(true);
  });
});

test('a dedicated connection answers while all others are in use, and has its own time limit', async () => {
  const own = db.dedicated({ statementTimeoutMs: 300 });
  let release = (): void => undefined;
  const taken = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = [1, 2, 3].map(() => db.session(() => taken));
  try {
    expect(await own.query('select current_schema() as schema')).toEqual([{ schema: db.schema }]);
    expect(await refusal(own.query('select pg_sleep(60)'))).toBeInstanceOf(InfrastructureError);
    expect(await own.query('select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    release();
    await Promise.all(holding);
    await own.close();
  }
});

test('refuses a schema name that is not plain', () => {
  expect(() => createDatabase({ url: 'postgres://x', schema: 'a b', logger: silent })).toThrow(RangeError);
});

test('a transaction is committed as a whole or not at all', async () => {
  await db.transaction(async (tx) => {
    await tx.query(`insert into note (text) values ('a')`);
    await tx.query(`insert into note (text) values ('b')`);
  });
  const thrown = new Error('mine');
  const failing = db.transaction(async (tx) => {
    await tx.query(`insert into note (text) values ('c')`);
    throw thrown;
  });
  await expect(failing).rejects.toBe(thrown);
  expect(await texts()).toEqual(['a', 'b']);
});

test('a session is one connection, and its locks end with it', async () => {
  const other = again();
  await db.session(async (session) => {
    await session.query('select pg_advisory_lock(42, hashtext($1))', [db.schema]);
    const [row] = await other.query('select pg_try_advisory_lock(42, hashtext($1)) as got', [db.schema]);
    expect(row).toEqual({ got: false });
  });
  // Waits, because the server notices the end of a connection a little later.
  const got = await other.query('select pg_advisory_lock(42, hashtext($1)) is not null as got', [db.schema]);
  expect(got).toEqual([{ got: true }]);
});

describe('errors of the query', () => {
  test.each([
    ['value', `select 'x'::int`, '22P02'],
    ['too large', `select 1e10::int`, '22003'],
  ])('%s: QueryError with the SQLSTATE', async (_name, sql, code) => {
    const error = await refusal(db.query(sql));
    expect(error).toBeInstanceOf(QueryError);
    expect(error).not.toBeInstanceOf(InfrastructureError);
    expect(error.code).toBe(code);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('NUL in a text is the fault of the value', async () => {
    expect((await refusal(db.query('select $1::text', ['\0']))).code).toBe('22021');
  });

  test('a value that JavaScript cannot send stays a programming error', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect((await refusal(db.query('select $1::jsonb', [circular]))).name).toBe('TypeError');
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('failures of Postgres', () => {
  test('no server listens', async () => {
    const away = again({ url: 'postgres://u:secret@127.0.0.1:1/db' });
    const error = await refusal(away.query('select 1'));
    expect(error).toBeInstanceOf(PostgresUnavailableError);
    expect(error.code).toBe('POSTGRES_UNAVAILABLE');
    expect(`${error.message} ${error.stack}`).not.toContain('secret');
  });

  test('wrong password or database', async () => {
    const url = new URL(process.env['DATABASE_URL'] ?? '');
    url.pathname = '/no_such_database';
    expect(await refusal(again({ url: url.href }).query('select 1'))).toMatchObject({ sqlState: '3D000' });
  });

  test('a statement that takes too long', async () => {
    const error = await refusal(again({ statementTimeoutMs: 100 }).query('select pg_sleep(5)'));
    expect(error).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', sqlState: '57014' });
  });

  test('no connection becomes free in time', async () => {
    const small = again({ max: 1 });
    await small.session(async () => {
      expect(await refusal(small.query('select 1'))).toBeInstanceOf(PostgresUnavailableError);
    });
  });

  test('a connection killed during a query, and one killed while idle', async () => {
    const other = again();
    const [me] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
    const sleeping = refusal(db.query('select pg_sleep(10)'));
    await other.query('select pg_sleep(0.1)');
    await other.query('select pg_terminate_backend($1)', [me?.pid]);
    expect(await sleeping).toBeInstanceOf(PostgresUnavailableError);
    const [next] = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(next?.pid).not.toBe(me?.pid);
    await other.query('select pg_terminate_backend($1)', [next?.pid]);
    await other.query('select pg_sleep(0.1)');
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a transaction whose connection is killed leaves nothing', async () => {
    const other = again();
    const error = await refusal(
      db.transaction(async (tx) => {
        const [me] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await tx.query(`insert into note (text) values ('lost')`);
        await other.query('select pg_terminate_backend($1)', [me?.pid]);
        await tx.query(`insert into note (text) values ('never')`);
      }),
    );
    expect(error).toBeInstanceOf(PostgresUnavailableError);
    expect(await texts()).toEqual([]);
  });

  test('a deadlock is not the fault of a value', async () => {
    await db.query(`insert into note (text) values ('a'), ('b')`);
    const meet = { first: 0 };
    const update = (order: string[]) =>
      db.transaction(async (tx) => {
        await tx.query('update note set text = text where text = $1', [order[0]]);
        meet.first += 1;
        while (meet.first < 2) await new Promise((resolve) => setImmediate(resolve));
        await tx.query('update note set text = text where text = $1', [order[1]]);
      });
    const results = await Promise.allSettled([update(['a', 'b']), update(['b', 'a'])]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason)).toMatchObject([
      { code: 'POSTGRES_UNAVAILABLE', sqlState: '40P01' },
    ]);
  });

  test('a server that accepts the connection and does not answer', async () => {
    const mute: Server = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const error = await refusal(again({ url: `postgres://u:p@127.0.0.1:${port}/db` }).ping());
    expect(error).toBeInstanceOf(PostgresUnavailableError);
    mute.close();
  }, 15_000);
});
