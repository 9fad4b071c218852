// The status of integrations, read from real tables.
import { type Suite, suite } from '@switchboard/testing';
import { statusOf, statusText } from './status.ts';

let corner: Suite;
beforeAll(async () => {
  corner = await suite({ topics: false });
  await corner.database.query(`
    insert into integrations (id, tenant_id, sink, active, config, secrets)
    select id, tenant, sink, active, '{}', '{}' from (values
      ('well', 'acme', 'slack', true), ('hurt', 'acme', 'hubspot', true), ('gone', 'acme', 'hubspot', false),
      ('off', 'globex', 'slack', false), ('again', 'globex', 'slack', true)) as g(id, tenant, sink, active)`);
  await corner.database.query(`
    insert into integration_state (integration_id, status, until, reason, failing_since, rejected_in_row) values
      ('hurt', 'broken', '2026-01-02T10:05:00Z', 'HubSpot: 401', '2026-01-02T09:00:00Z', 0),
      ('gone', 'disabled', null, 'HubSpot: 500', '2025-12-20T00:00:00Z', 19),
      ('again', 'disabled', null, 'mended since', null, 0), ('well', 'ok', null, null, null, 1040)`);
  await corner.database.query(`
    insert into delivery (day, integration_id, event_id, sink, tenant_id, event_type, ordering_key, accepted_at, state)
    select '1970-01-01', i, e::text, 'hubspot', 'acme', 'lead.qualified', 'k', now(), s
    from (values ('hurt', 'waiting', 1200), ('well', 'delivered', 2)) as g(i, s, n), generate_series(1, n) as e`);
  await corner.database.query(`
    insert into dead_letter (at, stage, integration_id, reason, attempts, delivery_id, state) values
      (now(), 'sink-slack', 'well', 'x', 1, 900001, 'dead'), (now(), 'sink-slack', 'well', 'x', 1, 900002, 'replayed')`);
});
afterAll(() => corner.end());

test('each integration with its status and its numbers of waiting and dead deliveries', async () => {
  const all = await statusOf(corner.database);
  const none = { reason: null, until: null, failingSince: null, rejectedInRow: 0, waiting: 0, dead: 0 };
  expect(all).toEqual([
    {
      ...{ ...none, id: 'gone', tenant: 'acme', sink: 'hubspot', status: 'disabled', reason: 'HubSpot: 500' },
      failingSince: new Date('2025-12-20T00:00:00Z'),
      rejectedInRow: 19,
    },
    {
      ...{ ...none, id: 'hurt', tenant: 'acme', sink: 'hubspot', status: 'broken', reason: 'HubSpot: 401' },
      until: new Date('2026-01-02T10:05:00Z'),
      failingSince: new Date('2026-01-02T09:00:00Z'),
      waiting: 1200,
    },
    { ...none, id: 'well', tenant: 'acme', sink: 'slack', status: 'ok', dead: 1, rejectedInRow: 1040 },
    { ...none, id: 'again', tenant: 'globex', sink: 'slack', status: 'ok' },
    { ...none, id: 'off', tenant: 'globex', sink: 'slack', status: 'off' },
  ]);
  const lines = statusText(all, Date.UTC(2026, 0, 2, 10)).split('\n');
  expect(lines[2]).toMatch(
    /^hurt +acme +hubspot +broken until 2026-01-02T10:05:00Z +1,200 +0 +2026-01-02T09:00:00Z +HubSpot: 401$/,
  );
  expect(lines[3]).toMatch(/ the last 1,040 events or more were rejected: npm run dlq -- list$/);
  expect(lines[1]).toMatch(/ HubSpot: 500$/);
  expect(statusText(all, Date.UTC(2026, 0, 2, 11))).toMatch(/hurt +acme +hubspot +broken {2,}1,200/);
});

test('without integrations it says how to apply some', () => {
  expect(statusText([], 0)).toContain('setup integrations');
});
