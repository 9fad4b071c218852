import { Metrics } from '@switchboard/service';
import { type Suite, suite } from '@switchboard/testing';
import { measureSpool } from './spool-metric.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

test('is the age of the oldest event, and 0 without one', async () => {
  const metrics = new Metrics('ingest');
  measureSpool(metrics, corner.database);
  const seconds = async () =>
    Number(/^switchboard_spool_oldest_seconds (.+)$/m.exec(await metrics.registry.metrics())?.[1]);
  expect(await seconds()).toBe(0);
  await corner.database.query(
    `insert into spool (ordering_key, headers, value, accepted_at)
     select 'k', '{}', '', now() - make_interval(secs => age) from unnest(array[90, 5]) as age`,
  );
  expect(await seconds()).toBeGreaterThanOrEqual(90);
  await corner.database.query('delete from spool');
  expect(await seconds()).toBe(0);
});
