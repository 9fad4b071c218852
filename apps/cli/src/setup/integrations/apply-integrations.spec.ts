import { randomBytes } from 'node:crypto';
import { integrationSecretPlace, SecretBox, webhookSecretPlace } from '@switchboard/postgres';
import { type Suite, suite } from '@switchboard/testing';
import { applyIntegrations } from './apply-integrations.ts';
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

test('a tenant can have several active secrets; one that is no longer listed is not accepted, and can come back', async () => {
  await apply(text([first, second]));
  expect(await activeSecrets()).toEqual([first, second].sort());
  await apply(text([second]));
  expect(await activeSecrets()).toEqual([second]);
  await apply(text([first, second]));
  expect(await activeSecrets()).toEqual([first, second].sort());
});

test('delivery settings are stored as they are given, without defaults', async () => {
  const yaml = text([first]).replace(
    'accessToken: pat-1 }',
    'accessToken: pat-1 }, delivery: { timeout_seconds: 5 }',
  );
  const stored = async () => (await corner.database.query('select delivery from integrations'))[0];
  await apply(yaml);
  expect(await stored()).toEqual({ delivery: { timeout_seconds: 5 } });
  expect(await apply(yaml)).toMatchObject({ changed: [], unchanged: [expect.anything(), 'acme-crm'] });
  expect(await apply(text([first]))).toMatchObject({ changed: ['acme-crm'], enabled: [] });
  expect(await stored()).toEqual({ delivery: {} });
});

test('applying an unchanged file switches a disabled integration on again, and says so', async () => {
  await apply(text([first]));
  const since = async () =>
    (
      await corner.database.query<{ active: boolean; updated_at: Date }>(
        'select active, updated_at from integrations',
      )
    )[0];
  const before = await since();
  await corner.database.query('update integrations set active = false');
  await corner.database.query(
    `insert into integration_state (integration_id, status, reason) values ('acme-crm', 'disabled', 'HubSpot: 401')`,
  );
  expect(await apply(text([first]))).toMatchObject({
    changed: ['acme-crm'],
    enabled: ['acme-crm (it failed for too long: HubSpot: 401)'],
  });
  const after = await since();
  expect(after?.active).toBe(true);
  // The owner of the slot sees it by this, and starts again.
  expect(after?.updated_at.getTime()).toBeGreaterThan(
    before?.updated_at.getTime() ?? Number.POSITIVE_INFINITY,
  );
  expect(await apply(text([first]))).toMatchObject({ changed: [], enabled: [] });
  const state = () =>
    corner.database.query('select status, reason, parked_until > $1 as goes_on from integration_state', [
      before?.updated_at,
    ]);
  expect(await state()).toMatchObject([{ goes_on: true }]);
  await corner.database.query('delete from integration_state');
  const off = text([first]).replace('sink: hubspot,', 'sink: hubspot, active: false,');
  await apply(off);
  expect(await apply(text([first]))).toMatchObject({ enabled: ['acme-crm'] });
  expect(await state()).toEqual([{ status: 'ok', reason: null, goes_on: true }]);
});

test('a disabled integration becomes off if the file says so', async () => {
  await apply(text([first]));
  await corner.database.query('update integrations set active = false');
  await corner.database.query(
    `insert into integration_state (integration_id, status, reason) values ('acme-crm', 'disabled', 'HubSpot: 401')
     on conflict (integration_id) do update set status = excluded.status, reason = excluded.reason`,
  );
  const off = text([first]).replace('sink: hubspot,', 'sink: hubspot, active: false,');
  expect(await apply(off)).toMatchObject({ changed: ['acme-crm'], enabled: [] });
  expect(await corner.database.query('select status, reason from integration_state')).toEqual([
    { status: 'ok', reason: null },
  ]);
  expect(await apply(off)).toMatchObject({ changed: [], enabled: [] });
  expect(await apply(text([first]))).toMatchObject({ enabled: ['acme-crm'] });
});
