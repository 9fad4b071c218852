// Old event ids go, in small batches; young ones stay; several replicas may purge at once.
import { quiet, type Suite, suite } from '@switchboard/testing';
import { PurgeTimer, purge } from './purge.ts';

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

test('ends after the batch under way when told to stop', async () => {
  await corner.database.query('truncate event_seen');
  await fill();
  expect(await purge(corner.database, AbortSignal.abort(), 10)).toBe(10);
  expect(await seen()).toHaveLength(16);
});

test('the timer purges at once and its stop waits for the run', async () => {
  await corner.database.query('truncate event_seen');
  await fill();
  await new PurgeTimer(corner.database, quiet).onApplicationShutdown();
  expect((await seen()).length).toBeLessThan(26);
});
