import { randomBytes } from 'node:crypto';
import { integrationSecretPlace, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { type Suite, suite } from '@switchboard/testing';
import { applyIntegrations, oddities } from './apply-integrations.ts';
import { parseIntegrations } from './integrations-file.ts';

const box = new SecretBox([randomBytes(32)]);
const first = 'the-first-secret-of-acme-1';
const second = 'the-second-secret-of-acme';
const text = (secrets: string[], token = 'pat-1') => `
tenants: [{ id: acme, webhook_secrets: [${secrets.join(', ')}] }]
integrations:
  - { id: acme-crm, tenant: acme, sink: hubspot, config: { b: 1, a: { d: 1, c: 2 } }, secrets: { accessToken: ${token} } }
`;
let corner: Suite;
const apply = (yaml: string) => applyIntegrations(corner.database, box, parseIntegrations(yaml, 'f', {}));
const activeSecrets = async () => {
  const rows = await corner.database.query<{ id: string; sealed: string }>(
    'select id, sealed from webhook_secrets where active order by id',
  );
  return rows.map(({ id, sealed }) => box.open(sealed, webhookSecretPlace('acme', id))).sort();
};

beforeAll(async () => {
  corner = await suite({ topics: false });
});
afterAll(() => corner.end());

test('creates, then changes nothing, then changes only what differs', async () => {
  expect(await apply(text([first]))).toMatchObject({
    created: [expect.stringContaining('acme-'), 'acme-crm'],
    changed: [],
  });
  const stored = () => corner.database.query('select * from integrations order by id');
  const before = await stored();
  expect(await apply(text([first]))).toMatchObject({
    created: [],
    changed: [],
    unchanged: [expect.anything(), 'acme-crm'],
  });
  expect(await stored()).toEqual(before);
  expect(await apply(text([first], 'pat-2'))).toMatchObject({ created: [], changed: ['acme-crm'] });
  const [row] = await corner.database.query<{ secrets: { accessToken: string }; active_from: Date }>(
    'select * from integrations',
  );
  expect(row?.active_from).toEqual(before[0]?.['active_from']);
  expect(
    box.open(row?.secrets.accessToken ?? '', integrationSecretPlace('acme', 'acme-crm', 'accessToken')),
  ).toBe('pat-2');
  expect(JSON.stringify(row)).not.toContain('pat-2');
});

test('a tenant has several active secrets; one no longer listed stops being accepted, and can come back', async () => {
  await apply(text([first, second]));
  expect(await activeSecrets()).toEqual([first, second].sort());
  await apply(text([second]));
  expect(await activeSecrets()).toEqual([second]);
  await apply(text([first, second]));
  expect(await activeSecrets()).toEqual([first, second].sort());
});

test('applying lifts a hold', async () => {
  await corner.database.query(
    `update integrations set held_until = now() + interval '1 hour', held_reason = 'x'`,
  );
  expect(await apply(text([first]))).toMatchObject({ changed: expect.arrayContaining(['acme-crm']) });
  expect(await corner.database.query('select id from integrations where held_until is not null')).toEqual([]);
});

test('a sink that never ran here is told, once there are sinks to compare with', async () => {
  const file = parseIntegrations(text([first]), 'f', {});
  expect(await oddities(corner.database, file)).toEqual([]);
  await corner.database.query(`insert into sink_catalog (name) values ('slack')`);
  expect(await oddities(corner.database, file)).toEqual([
    'acme-crm: no sink "hubspot" has run here; known are slack',
  ]);
  await corner.database.query(`insert into sink_catalog (name) values ('hubspot')`);
  expect(await oddities(corner.database, file)).toEqual([]);
});
