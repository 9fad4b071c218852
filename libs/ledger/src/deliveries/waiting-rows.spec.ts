// Waiting rows are ended and counted, also with more rows and more integrations than one statement examines.
import { addIntegration, freshTables } from '../test-tables.ts';
import { WaitingRows } from './waiting-rows.ts';

const ledger = freshTables('fresh');
const ages = { maxAgeSeconds: 3_600, maxParkedSeconds: 86_400 };

/** Rows of integrations named by an SQL expression of `i`. */
const add = (integration: string, count: number, accepted: string, more = 'null::bigint') =>
  ledger.db.query(
    `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, claim)
     select '1970-01-01', ${integration}, md5(random()::text), 'probe', 'acme', 'x', 'k' || i % 7,
       now() - $2::interval, ${more}
     from generate_series(1, $1::int) i`,
    [count, accepted],
  );

const left = async () => {
  const rows = await ledger.db.query<{ state: string; reason: string | null; rows: number }>(
    'select state, reason, count(*) as rows from delivery group by 1, 2 order by 1, 2',
  );
  return rows.map(({ state, reason, rows: count }) => [state, reason, count]);
};

test('rows that are too old die, of many integrations and of one with many rows; parked rows die later', async () => {
  await ledger.db.query(
    `insert into integrations (id, tenant_id, sink, config, active_from, active)
     select 'i' || i, 'acme', 'probe', '{}', now(), i <= 1100 from generate_series(1, 1200) i`,
  );
  await add(`'i' || i`, 1_200, '2 hours');
  await add(`'fresh'`, 2_300, '2 hours');
  await add(`'fresh'`, 5, '1 minute');
  await add(`'fresh'`, 3, '2 hours', '1');
  const waiting = new WaitingRows(ledger.db, ['probe']);
  expect(await waiting.expire(ages)).toBe(3_400);
  expect(await left()).toEqual([
    ['dead', 'expired', 3_400],
    ['waiting', null, 108],
  ]);
  expect(await ledger.db.query('select count(*) as told from operation')).toEqual([{ told: 3_400 }]);
  expect(await waiting.expire(ages)).toBe(0);
});

test('an age limit that cannot be read counts as the default, and does not stop the others', async () => {
  const odd = ['{"max_age_seconds": "a week"}', '{"max_age_seconds": -1e300}', '[]', '"x"', 'null'];
  const long = ['{"max_age_seconds": 1e300}', '{"max_age_seconds": 1e5000}', '{"max_age_seconds": 90000}'];
  await ledger.db.query(
    `insert into integrations (id, tenant_id, sink, config, active_from, delivery)
     select 'i' || n, 'acme', 'probe', '{}', now(), delivery::jsonb
     from unnest($1::text[]) with ordinality as o(delivery, n)`,
    [[...odd, ...long]],
  );
  await add(`'i' || i`, odd.length + long.length, '2 hours');
  await add(`'fresh'`, 1, '2 hours');
  expect(await new WaitingRows(ledger.db, ['probe']).expire(ages)).toBe(odd.length + 1);
  expect(await left()).toEqual([
    ['dead', 'expired', odd.length + 1],
    ['waiting', null, long.length],
  ]);
});

test('a call ends after its limit, and reports that there may be more rows', async () => {
  await add(`'fresh'`, 10_500, '2 hours');
  const waiting = new WaitingRows(ledger.db, ['probe']);
  expect(await waiting.expire(ages)).toBe(10_000);
  expect(await waiting.expire(ages)).toBe(500);
});

test('rows of deleted integrations die, unless a living process has claimed them; rows of others stay', async () => {
  await addIntegration(ledger.db, 'stays');
  await ledger.db.query(
    `insert into sink_slot (sink, slot, owner, epoch) values ('probe', 1, gen_random_uuid(), 7), ('probe', 2, null, 8)`,
  );
  await add(`'gone' || i`, 700, '1 minute');
  await add(`'gone'`, 1_200, '1 minute');
  await add(`'gone'`, 2, '1 minute', '7');
  await add(`'gone'`, 4, '1 minute', '8');
  await add(`'stays'`, 10, '1 minute');
  expect(await new WaitingRows(ledger.db, ['other']).endOrphans()).toBe(0);
  expect(await new WaitingRows(ledger.db, ['probe']).endOrphans()).toBe(1_904);
  expect(await left()).toEqual([
    ['dead', 'the integration was deleted', 1_904],
    ['waiting', null, 12],
  ]);
});

test('every waiting row is counted once, in several statements', async () => {
  await add(`'i' || i % 3`, 60_001, '1 minute');
  await add(`'old'`, 1, '3 hours', '5');
  const [probe, idle] = await new WaitingRows(ledger.db, ['probe', 'idle']).rowCounts();
  expect(probe).toMatchObject({ sink: 'probe', state: 'waiting', rows: 60_002 });
  expect(probe?.oldestSeconds).toBeGreaterThanOrEqual(10_800);
  expect(idle).toEqual({ sink: 'idle', state: 'waiting', rows: 0, oldestSeconds: 0 });
});
