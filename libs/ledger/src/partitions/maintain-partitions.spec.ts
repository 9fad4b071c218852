// Partitions are created and dropped; each row is always in the right one, and no unfinished row is dropped.
import { createDatabase, QueryError } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { moveLimits } from './day-partitions.ts';
import { maintainPartitions, type PartitionMaintenance } from './maintain-partitions.ts';

const retention = { deliveredDays: 30, deadDays: 90 };
let s: Suite;

beforeEach(async () => {
  s = await suite({ topics: false });
});
afterEach(() => s.end());

async function put(day: string, id: number, state: string, finished: string | null): Promise<void> {
  await s.database.query(
    `insert into event_body (day, event_id, tenant_id, event_type, source, accepted_at, value)
     values ($1, 'e' || $2::bigint::text, 't', 'x', 's', $1::date, 'body')`,
    [day, id],
  );
  await s.database.query(
    `insert into delivery (day, id, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at,
       state, finished_at) values ($1, $2::bigint, 'i', 'e' || $2::bigint::text, 'probe', 't', 'x', 'k', $1::date, $3, $4)`,
    [day, id, state, finished],
  );
  await s.database.query(
    `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome) values ($1, $2, 1, now(), 1, 'x')`,
    [day, id],
  );
}

const keep = (
  day: string,
  limits: Partial<typeof moveLimits> = {},
): Promise<PartitionMaintenance | undefined> =>
  maintainPartitions(s.database, retention, new Date(`${day}T12:00:00Z`), {
    limits: { ...moveLimits, ...limits },
  });

/** Ids by the partition they are in, of each of the three tables. */
async function places(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const [table, id] of [
    ['delivery', 'id'],
    ['delivery_attempt', 'delivery_id'],
    ['event_body', `substring(event_id from 2)::int`],
  ] as const) {
    const rows = await s.database.query<{ place: string; id: number }>(
      `select tableoid::regclass::text as place, ${id} as id from ${table} order by 2`,
    );
    for (const { place, id: one } of rows) found[place] = [...(found[place] ?? []), one];
  }
  return found;
}

test('creates the days around now, and moves rows that came before their day', async () => {
  await put('2026-03-12', 1, 'waiting', null);
  await put('1970-01-01', 2, 'waiting', null);
  expect(await keep('2026-03-10')).toEqual({
    made: ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'],
    dropped: [],
    stayed: [],
    deleted: 0,
    refusing: [],
  });
  await put('2026-03-11', 3, 'waiting', null);
  expect(await keep('2026-03-10')).toEqual({ made: [], dropped: [], stayed: [], deleted: 0, refusing: [] });
  expect(await keep('2026-03-11')).toMatchObject({ made: ['2026-03-14'] });
  expect(await places()).toEqual({
    delivery_20260312: [1],
    delivery_attempt_20260312: [1],
    event_body_20260312: [1],
    delivery_20260311: [3],
    delivery_attempt_20260311: [3],
    event_body_20260311: [3],
    delivery_rest: [2],
    delivery_attempt_rest: [2],
    event_body_rest: [2],
  });
  await expect(put('2026-03-11', 3, 'waiting', null)).rejects.toThrow('23505');
});

test('drops an expired day, and keeps its unfinished and dead rows for longer', async () => {
  await keep('2026-03-10');
  await put('2026-03-10', 1, 'delivered', '2026-03-10');
  await put('2026-03-10', 2, 'waiting', null);
  await put('2026-03-10', 3, 'dead', '2026-03-11');
  await put('2026-03-11', 4, 'delivered', '2026-03-11');
  await put('1970-01-01', 5, 'delivered', '2026-03-10');
  const rest = (ids: number[]) => ({
    delivery_rest: ids,
    delivery_attempt_rest: ids,
    event_body_rest: ids,
  });
  expect(await keep('2026-04-09')).toMatchObject({ dropped: ['2026-03-09'], deleted: 1 });
  expect(await keep('2026-04-10')).toMatchObject({ dropped: ['2026-03-10'], deleted: 0 });
  expect(await places()).toEqual({
    delivery_20260311: [4],
    delivery_attempt_20260311: [4],
    event_body_20260311: [4],
    ...rest([2, 3]),
  });
  expect(await keep('2026-06-10')).toMatchObject({ deleted: 1 });
  expect(await places()).toEqual(rest([2]));
});

test.each([{ rows: 1 }, { attempts: 1 }, { bodyBytes: 7 }])(
  'a day of which more is kept than %p stays without what is over, until that has ended',
  async (limits) => {
    await keep('2026-03-10');
    await put('2026-03-10', 1, 'delivered', '2026-03-10');
    await put('2026-03-10', 2, 'waiting', null);
    await put('2026-03-10', 3, 'dead', '2026-03-11');
    await put('2026-03-10', 4, 'skipped', '2026-03-10');
    const turn = { dropped: ['2026-03-09'], stayed: ['2026-03-10'], deleted: 2 };
    expect(await keep('2026-04-10', limits)).toMatchObject(turn);
    const stays = (ids: number[]) => ({
      delivery_20260310: ids,
      delivery_attempt_20260310: ids,
      event_body_20260310: ids,
    });
    expect(await places()).toMatchObject(stays([2, 3]));
    await expect(put('2026-03-10', 2, 'waiting', null)).rejects.toThrow(QueryError);
    // Dead rows expire later, and then few rows are left.
    const later = await keep('2026-06-10', limits);
    expect(later).toMatchObject({ dropped: expect.arrayContaining(['2026-03-10']), stayed: [], deleted: 0 });
    expect(await places()).toEqual({ delivery_rest: [2], delivery_attempt_rest: [2], event_body_rest: [2] });
  },
);

test('the next run completes a drop that was interrupted, and no row is lost in between', async () => {
  await keep('2026-03-10');
  await put('2026-03-10', 2, 'waiting', null);
  // The state that a process leaves when it ends after the first table.
  await s.database.query(
    `begin; alter table event_body detach partition event_body_20260310;
     insert into event_body select * from event_body_20260310; drop table event_body_20260310; commit`,
  );
  expect(await keep('2026-04-10', { rows: 0 })).toMatchObject({ stayed: ['2026-03-10'] });
  expect(await places()).toMatchObject({ event_body_rest: [2], delivery_20260310: [2] });
  expect(await keep('2026-04-10')).toMatchObject({
    dropped: expect.arrayContaining(['2026-03-10']),
    stayed: [],
  });
  expect(await places()).toEqual({ delivery_rest: [2], delivery_attempt_rest: [2], event_body_rest: [2] });
});

test('beside a large default partition a day is created once that has no row of it', async () => {
  await put('2026-03-12', 1, 'waiting', null);
  const made = ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-13'];
  const large = { defaultBytes: 0 };
  expect(await keep('2026-03-10', large)).toMatchObject({ made });
  await put('2026-03-12', 2, 'waiting', null);
  expect(await places()).toMatchObject({ delivery_rest: [1, 2], event_body_rest: [1, 2] });
  for (const table of ['delivery', 'delivery_attempt', 'event_body']) {
    await s.database.query(`delete from ${table} where day = '2026-03-12'`);
  }
  // A check that a process left behind.
  await s.database.query(
    `alter table delivery_rest add constraint partition_pending_20260312
       check (day < '2026-03-12' or day >= '2026-03-13') not valid`,
  );
  expect(await keep('2026-03-10', large)).toMatchObject({ made: ['2026-03-12'] });
  await put('2026-03-12', 3, 'waiting', null);
  await put('2026-03-20', 4, 'waiting', null);
  expect(await places()).toMatchObject({ delivery_20260312: [3], delivery_rest: [4] });
});

test('a check that cannot be dropped because its table is in use is reported, and the run ends', async () => {
  await keep('2026-03-10');
  await s.database.query(
    `alter table delivery_rest add constraint partition_pending_20260320
       check (day < '2026-03-20' or day >= '2026-03-21') not valid`,
  );
  await s.database.transaction(async (tx) => {
    await tx.query('select from delivery_rest');
    expect(await keep('2026-04-10')).toMatchObject({ refusing: ['delivery'], dropped: [] });
  });
  expect(await keep('2026-04-10')).toMatchObject({ refusing: [], dropped: ['2026-03-09', '2026-03-10'] });
  await put('2026-03-20', 1, 'waiting', null);
});

test('a run ends after an abort, also when its long statement starts after the abort', async () => {
  await s.database.transaction(async (tx) => {
    await tx.query('lock table event_body_rest in access exclusive mode');
    const left = maintainPartitions(s.database, retention, new Date(), { signal: AbortSignal.abort() });
    await expect(left).rejects.toThrow('canceling statement due to user request');
  });
});

test('Postgres does not read a large default partition again when a day is created', async () => {
  await put('2026-03-20', 1, 'waiting', null);
  const said: string[] = [];
  const day = '2026-03-12';
  await s.database.session(async (session) => {
    await session.query(
      `alter table delivery_rest add constraint partition_pending_20260312
         check (day < '${day}' or day >= '2026-03-13')`,
    );
    await session.query('create table delivery_20260312 (like delivery including all)');
    // Postgres reports only in debug messages that the check made a scan unnecessary.
    const scans = async () => {
      await session.query('select pg_stat_force_next_flush()');
      const [row] = await session.query<{ reads: number }>(
        `select seq_scan + coalesce(idx_scan, 0) as reads from pg_stat_user_tables
         where relid = 'delivery_rest'::regclass`,
      );
      said.push(String(row?.reads));
    };
    await scans();
    await session.query(
      `alter table delivery attach partition delivery_20260312 for values from ('${day}') to ('2026-03-13')`,
    );
    await scans();
  });
  expect(said[1]).toBe(said[0]);
});

test('other statements do not wait long behind the drop of a day that is in use', async () => {
  await keep('2026-03-10');
  await put('2026-03-10', 2, 'waiting', null);
  const hasty = createDatabase({
    url: s.env.DATABASE_URL,
    schema: s.env.DATABASE_SCHEMA,
    statementTimeoutMs: 1_000,
    logger: quiet,
  });
  let keeping: Promise<PartitionMaintenance | undefined> = Promise.resolve(undefined);
  let ended = false;
  await s.database.transaction(async (tx) => {
    await tx.query('select from delivery_20260310');
    keeping = keep('2026-04-10').finally(() => {
      ended = true;
    });
    // The drop gives up while the day is in use; statements of others run in between.
    while (!ended) {
      await hasty.query(`update delivery set calls = calls where day = '2026-03-10'`);
    }
  });
  expect(await keeping).toMatchObject({ dropped: ['2026-03-09'], stayed: ['2026-03-10'] });
  expect(await keep('2026-04-10')).toMatchObject({ dropped: expect.arrayContaining(['2026-03-10']) });
  await hasty.close();
});

test('a row that is kept is there exactly once at every moment', async () => {
  await keep('2026-03-10');
  const ids = Array.from({ length: 40 }, (_, index) => index + 1);
  for (const id of ids) await put('2026-03-10', id, id % 2 === 0 ? 'waiting' : 'delivered', null);
  let turns = 0;
  let ended = false;
  const seen = new Set<string>();
  const watch = async () => {
    while (!ended) {
      const [row] = await s.database.query<{ found: number }>(
        `select count(*) as found from delivery where state = 'waiting' and integration_id = 'i'`,
      );
      const again = await s.database.query(
        `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at)
         select '2026-03-10', 'i', 'e' || n, 'probe', 't', 'x', 'k', now() from generate_series(2, 40, 2) n
         on conflict (day, integration_id, event_id) do nothing returning id`,
      );
      seen.add(`${row?.found} waiting, ${again.length} new`);
      turns += 1;
    }
  };
  const watching = watch();
  await eventually(() => expect(turns).toBeGreaterThan(3));
  await keep('2026-04-10', { rows: 3 });
  const before = turns;
  await keep('2026-04-10');
  await eventually(() => expect(turns).toBeGreaterThan(before + 3));
  ended = true;
  await watching;
  expect([...seen]).toEqual(['20 waiting, 0 new']);
  expect(await places()).toMatchObject({ delivery_rest: ids.filter((id) => id % 2 === 0) });
});

test('only one process does it at a time', async () => {
  const done = await Promise.all([keep('2026-03-10'), keep('2026-03-10'), keep('2026-03-10')]);
  const made = done.flatMap((one) => one?.made ?? []);
  expect(made).toHaveLength(5);
  expect(done).toContain(undefined);
});
