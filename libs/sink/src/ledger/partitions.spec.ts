// Days come and go: rows stay where they belong, and nothing unfinished is dropped.
import { type Suite, suite } from '@switchboard/testing';
import { keepPartitions, type Upkeep } from './partitions.ts';

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

const keep = (day: string): Promise<Upkeep | undefined> =>
  keepPartitions(s.database, retention, new Date(`${day}T12:00:00Z`));

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

test('makes the days around now, and moves what came before its day', async () => {
  await put('2026-03-12', 1, 'waiting', null);
  await put('1970-01-01', 2, 'waiting', null);
  expect(await keep('2026-03-10')).toEqual({
    made: ['2026-03-09', '2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13'],
    dropped: [],
    deleted: 0,
  });
  await put('2026-03-11', 3, 'waiting', null);
  expect(await keep('2026-03-10')).toEqual({ made: [], dropped: [], deleted: 0 });
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

test('drops a day after its time but for what is unfinished or dead, which is kept for longer', async () => {
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

test('one process at a time does it', async () => {
  const done = await Promise.all([keep('2026-03-10'), keep('2026-03-10'), keep('2026-03-10')]);
  const made = done.flatMap((one) => one?.made ?? []);
  expect(made).toHaveLength(5);
  expect(done).toContain(undefined);
});
