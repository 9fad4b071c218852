// Rotation of the encryption key: after one apply, no stored secret is encrypted with the old key.
import { createHash, randomBytes } from 'node:crypto';
import {
  integrationSecretPlace,
  integrationTokenPlace,
  SecretBox,
  tenantModelKeyPlace,
  webhookSecretPlace,
} from '@switchboard/postgres';
import { type Suite, suite } from '@switchboard/testing';
import { applyIntegrations } from './apply-integrations.ts';
import { parseIntegrations } from './integrations-file.ts';
import { countSealed, sealedText } from './reseal.ts';

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
const before = new SecretBox([oldKey]);
const between = new SecretBox([newKey, oldKey]);
const after = new SecretBox([newKey]);
const FILE = `
tenants:
  - { id: acme, webhook_secrets: [the-first-secret-of-acme-1], model: { api_key: sk-1 } }
integrations:
  - { id: crm, tenant: acme, sink: hubspot, config: {}, secrets: { accessToken: pat-1, other: pat-2 } }
  - { id: desk, tenant: acme, sink: hubspot, config: {}, secrets: { accessToken: pat-3 } }
`;
let corner: Suite;
const apply = (box: SecretBox, yaml = FILE) =>
  applyIntegrations(corner.database, box, parseIntegrations(yaml, 'f', {}));

beforeEach(async () => {
  corner = await suite({ topics: false });
});
afterEach(() => corner.end());

test('applying a file encrypts all stored secrets with the first key, also those that the file does not name', async () => {
  const { database } = corner;
  await apply(before);
  await database.query(
    `insert into integration_token (integration_id, grant_id, sealed) values ('crm', 'g', $1)`,
    [before.seal('{"token":1}', integrationTokenPlace('acme', 'crm'))],
  );
  const integrations = () =>
    database.query('select id, active_from, updated_at from integrations order by id');
  const untouched = await integrations();
  expect(await countSealed(database, between)).toEqual({ first: 0, older: 6, unknown: 0 });
  expect(sealedText(await countSealed(database, between))).toContain('6 with an older key');
  const onlyAcme = FILE.slice(0, FILE.indexOf('integrations:'));
  expect(await apply(between, onlyAcme)).toMatchObject({ resealed: 6, created: [], changed: [] });
  expect(await countSealed(database, between)).toEqual({ first: 6, older: 0, unknown: 0 });
  expect(await apply(between)).toMatchObject({ resealed: 0, created: [], changed: [] });
  // The settings are the same: the owner of the slot must not start again.
  expect(await integrations()).toEqual(untouched);
  const [row] = await database.query<{ secrets: Record<string, string> }>(
    `select secrets from integrations where id = 'crm'`,
  );
  expect(after.open(row?.secrets['other'] ?? '', integrationSecretPlace('acme', 'crm', 'other'))).toBe(
    'pat-2',
  );
  const [token] = await database.query<{ sealed: string }>('select sealed from integration_token');
  expect(after.open(token?.sealed ?? '', integrationTokenPlace('acme', 'crm'))).toBe('{"token":1}');
  const [model] = await database.query<{ sealed: string }>('select api_key as sealed from tenant_insight');
  expect(after.open(model?.sealed ?? '', tenantModelKeyPlace('acme'))).toBe('sk-1');
});

test('a secret that no key decrypts is counted and stays; if the file names it, it is stored again', async () => {
  await apply(before);
  expect(await countSealed(corner.database, after)).toEqual({ first: 0, older: 0, unknown: 5 });
  expect(sealedText(await countSealed(corner.database, after))).toContain('5 with a key that is not in');
  expect(await apply(after)).toMatchObject({ resealed: 0, changed: expect.arrayContaining(['crm', 'desk']) });
  // The earlier signing secret is switched off, because nobody can compare it.
  expect(await countSealed(corner.database, after)).toEqual({ first: 5, older: 0, unknown: 1 });
});

test('no part of the hash of a secret is stored or shown; rows of earlier releases get new names', async () => {
  const { database } = corner;
  const hash = (secret: string) => createHash('sha256').update(secret).digest('hex');
  const row = async (secret: string, tenant: string) => {
    const id = `${tenant}-${hash(secret).slice(0, 8)}`;
    const sealed = before.seal(secret, webhookSecretPlace(tenant, id));
    await database.query(
      `insert into webhook_secrets (id, tenant_id, sealed, created_at) values ($1, $2, $3, '2026-01-02')`,
      [id, tenant, sealed],
    );
  };
  await row('the-first-secret-of-acme-1', 'acme');
  await row('a-secret-of-globex-that-is-long', 'globex');
  const report = await apply(before);
  expect(report.unchanged).toEqual([expect.stringMatching(/^acme-[0-9a-f]{8}$/)]);
  expect(report.created).not.toContainEqual(expect.stringMatching(/^acme-[0-9a-f]{8}$/));
  const stored = await database.query<{ id: string; tenant_id: string; sealed: string; created_at: Date }>(
    'select * from webhook_secrets where active order by tenant_id',
  );
  const opened = stored.map((one) => before.open(one.sealed, webhookSecretPlace(one.tenant_id, one.id)));
  expect(opened).toEqual(['the-first-secret-of-acme-1', 'a-secret-of-globex-that-is-long']);
  expect(stored.map(({ created_at }) => created_at)).toEqual([
    new Date('2026-01-02T00:00:00Z'),
    new Date('2026-01-02T00:00:00Z'),
  ]);
  for (const secret of opened) {
    expect(JSON.stringify([stored, report])).not.toContain(hash(secret).slice(0, 8));
  }
  expect((await apply(before)).unchanged).toEqual([stored[0]?.id, 'acme-insight', 'crm', 'desk']);
});
