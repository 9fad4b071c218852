// What the oracle reads out of the ledger: calls nobody can know the effect of, and what a dead process has left open.
import { type Suite, suite } from '@switchboard/testing';
import { lookAtDeath } from './deaths.ts';
import { callsWithoutAnswer } from './facts.ts';

let corner: Suite;

beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

async function delivery(event: string, columns: { state: string; claim: number | null; steps: object }) {
  const { state, claim, steps } = columns;
  const [row] = await corner.database.query<{ id: number }>(
    `insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state,
       claim, steps)
     values ('2026-01-05', 'acme-crm', $1, 'hubspot', 'acme', 'lead.qualified', 'k', now(), $2, $3, $4) returning id`,
    [event, state, claim, JSON.stringify(steps)],
  );
  return row?.id;
}

async function attempt(id: number | undefined, number: number, told: [string, number | null, string | null]) {
  await corner.database.query(
    `insert into delivery_attempt (day, delivery_id, number, at, latency_ms, outcome, status, answer)
     values ('2026-01-05', $1, $2, now(), 5, $3, $4, $5)`,
    [id, number, ...told],
  );
}

test('a call without an answer, or with half of one, may have had its effect; one that was answered is known', async () => {
  const silent = await delivery('silent', { state: 'delivered', claim: null, steps: {} });
  await attempt(silent, 1, ['retry', null, null]);
  await attempt(silent, 2, ['retry', 200, null]);
  await attempt(silent, 3, ['delivered', 200, 'ok']);
  const refused = await delivery('refused', { state: 'delivered', claim: null, steps: {} });
  await attempt(refused, 1, ['retry', 500, '']);
  await attempt(refused, 2, ['delivered', 200, 'ok']);
  expect([...(await callsWithoutAnswer(corner))]).toEqual([['silent for acme-crm', 2]]);
});

test('a death leaves open what was claimed and not finished, with the steps that were kept', async () => {
  await delivery('finished', { state: 'delivered', claim: null, steps: { contact: {} } });
  await delivery('unclaimed', { state: 'waiting', claim: null, steps: {} });
  await delivery('begun', { state: 'waiting', claim: 7, steps: {} });
  await delivery('half', { state: 'waiting', claim: 7, steps: { contact: { id: '1' } } });
  const from = performance.now();
  const { claimed, until } = await lookAtDeath(corner, from);
  expect(until).toBeGreaterThan(from);
  expect([...claimed].sort()).toEqual([
    ['begun for acme-crm', []],
    ['half for acme-crm', ['contact']],
  ]);
});
