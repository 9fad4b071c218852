// Old event ids are deleted in small batches, young ones stay; several replicas may purge at once.
import { migrate } from '@switchboard/postgres';
import { quiet, type Suite, suite } from '@switchboard/testing';
import { count } from './counting.ts';
import { readTotals } from './counts-query.ts';
import { PurgeTimer, purge, purgeCounts } from './purge.ts';

let corner: Suite;

beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

const seen = () =>
  corner.database
    .query<{ event_id: string }>('select event_id from event_seen order by event_id')
    .then((rows) => rows.map((row) => row.event_id));

async function fill(): Promise<void> {
  await corner.database.query(
    `insert into event_seen (event_id, seen_at)
     select 'old-' || n, now() - interval '8 days 1 minute' from generate_series(1, 25) as n
     union all select 'young', now() - interval '7 days 23 hours'`,
  );
}

test('deletes what is older than eight days, batch after batch', async () => {
  await fill();
  expect(await purge(corner.database, new AbortController().signal, 10)).toBe(25);
  expect(await seen()).toEqual(['young']);
});

test('ends after the current batch when it is stopped', async () => {
  await corner.database.query('truncate event_seen');
  await fill();
  expect(await purge(corner.database, AbortSignal.abort(), 10)).toBe(10);
  expect(await seen()).toHaveLength(16);
});

test('the timer purges at once and its stop waits for the run', async () => {
  await corner.database.query('truncate event_seen');
  await fill();
  await new PurgeTimer(corner.database, 400, quiet).onApplicationShutdown();
  expect((await seen()).length).toBeLessThan(26);
});

test('old hourly counts are deleted, batch after batch; totals are not', async () => {
  const now = Date.now();
  const hour = (day: number, at: number) => now - (now % 3_600_000) - day * 86_400_000 - at * 3_600_000;
  const events = [...Array(24).keys()].flatMap((at) =>
    [1, 40, 41].map((day) => ({
      eventId: `${day}-${at}`,
      tenantId: 'acme',
      type: 'made.up',
      hour: hour(day, at),
    })),
  );
  await count(corner.database, events);
  // The previous release counts like this, without totals.
  await corner.database.query('update event_count set events = events + 1 where hour = $1', [
    new Date(hour(41, 3)),
  ]);
  expect(await purgeCounts(corner.database, 30, new AbortController().signal, 10)).toBe(48);
  const [left] = await corner.database.query('select sum(events)::int as events from event_count');
  expect(left).toEqual({ events: 24 });
  expect(await readTotals(corner.database)).toEqual({
    events: 73,
    by_tenant: { acme: 73 },
    by_type: { 'made.up': 73 },
  });
});

test('the totals contain counts from before there were totals', async () => {
  await corner.database.query('truncate event_total');
  await corner.database.query('alter table event_count disable trigger add_to_event_total');
  await corner.database.query(
    `insert into event_count values ('old', 'made.up', now(), 5), ('old', 'made.up', now() - interval '1 h', 2)`,
  );
  await corner.database.query('alter table event_count enable trigger add_to_event_total');
  await corner.database.query(`update event_count set events = events + 1 where tenant_id = 'old'`);
  await corner.database.query(`delete from migration where name = '0022_event_totals_of_before'`);
  expect(await migrate(corner.database)).toEqual(['0022_event_totals_of_before']);
  expect((await readTotals(corner.database)).by_tenant['old']).toBe(9);
});
