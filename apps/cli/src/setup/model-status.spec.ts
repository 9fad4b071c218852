// The status of the model, read from a real table.
import { type Suite, suite } from '@switchboard/testing';
import { modelStatus, modelStatusText } from './model-status.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

let numbers = 0;
const store = (source: string, reason: string | null, times: number, age = '0 s') =>
  corner.database.query(
    `insert into model_answer (tenant_id, event_id, prompt_version, source, enrichment, fallback_reason, created_at)
     select 'acme', $1 || '-' || n, 'p', $2, '', $3, now() - $5::interval - n * interval '1 millisecond'
     from generate_series(1, $4::int) as n`,
    [`e${(numbers += 1)}`, source, reason, times, age],
  );
const text = async () => modelStatusText(await modelStatus(corner.database));

test('prints nothing without recent events', async () => {
  await store('local', null, 3);
  await store('fallback', 'refused', 3, '20 minutes');
  expect(await text()).toBeUndefined();
});

test('counts the newest events, and shows the most frequent reason', async () => {
  await store('model', null, 70, '1 minute');
  expect(await text()).toBe('model: used for all of the last 50 events');
  await store('fallback', 'deadline', 5, '2 s');
  await store('fallback', 'refused', 40);
  expect(await text()).toBe(
    'model: 45 of the last 50 events were enriched without it, mostly "refused"; setup check model shows what is wrong',
  );
});
