// The tenants of a file, applied to real tables.
import { randomBytes } from 'node:crypto';
import { SecretBox, tenantModelKeyPlace } from '@switchboard/postgres';
import { type Suite, suite } from '@switchboard/testing';
import { applyIntegrations } from './apply-integrations.ts';
import { parseIntegrations } from './integrations-file.ts';

const box = new SecretBox([randomBytes(32)]);
let corner: Suite;
const apply = (more = '', by = box) =>
  applyIntegrations(
    corner.database,
    by,
    parseIntegrations(
      `tenants: [{ id: acme, webhook_secrets: [the-first-secret-of-acme-1]${more} }]`,
      'f',
      {},
    ),
  );
interface Stored {
  api_key: string | null;
  limits: object;
  products: string[];
  competitors: string[];
  updated_at: Date;
}
const stored = () => corner.database.query<Stored>('select * from tenant_insight');

const everything =
  ', model: { api_key: sk-1, usd_per_day: 1.5, tokens_per_day: 10 }, products: [Rocket], competitors: [Umbrella]';
const row = {
  limits: { tokens_per_day: 10, usd_per_day: 1.5 },
  products: ['Rocket'],
  competitors: ['Umbrella'],
};

beforeAll(async () => {
  corner = await suite({ topics: false });
});
beforeEach(async () => {
  await corner.database.query('truncate tenant_insight');
  await apply();
});
afterAll(() => corner.end());

test('a tenant that sets nothing leaves no row', async () => {
  expect(await apply(', model: {}, products: [], competitors: []')).toMatchObject({
    created: [],
    changed: [],
    unchanged: [expect.stringMatching(/^acme-[0-9a-f]{8}$/)],
  });
  expect(await stored()).toEqual([]);
});

test('the settings of a tenant are stored, its key encrypted; applied again, they change nothing', async () => {
  expect(await apply(everything)).toMatchObject({ created: ['acme-insight'], changed: [] });
  const [before] = await stored();
  expect(before).toMatchObject(row);
  expect(JSON.stringify(before)).not.toContain('sk-1');
  expect(box.open(before?.api_key ?? '', tenantModelKeyPlace('acme'))).toBe('sk-1');
  const report = await apply(everything);
  expect(report).toMatchObject({ created: [], changed: [] });
  expect(report.unchanged).toContain('acme-insight');
  expect(await stored()).toEqual([before]);
});

test.each([
  ['another key', everything.replace('sk-1', 'sk-2')],
  ['without a key of its own', everything.replace('api_key: sk-1, ', '')],
  ['another limit', everything.replace('1.5', '2')],
  ['a limit that is removed', everything.replace(', tokens_per_day: 10', '')],
  ['another product', everything.replace('Rocket', 'Rocket, Magnet')],
  ['no competitors', everything.replace(', competitors: [Umbrella]', '')],
])('%s is a change', async (_what, changed) => {
  await apply(everything);
  const [before] = await stored();
  expect(await apply(changed)).toMatchObject({ created: [], changed: ['acme-insight'] });
  const [after] = await stored();
  expect(after?.updated_at.getTime()).toBeGreaterThan(before?.updated_at.getTime() ?? Number.NaN);
  expect(after?.api_key === null).toBe(!changed.includes('api_key'));
  expect((await apply(changed)).unchanged).toContain('acme-insight');
});

test('a key that cannot be decrypted is stored again', async () => {
  await apply(everything);
  const other = new SecretBox([randomBytes(32)]);
  expect(await apply(everything, other)).toMatchObject({ changed: expect.arrayContaining(['acme-insight']) });
  const [after] = await stored();
  expect(other.open(after?.api_key ?? '', tenantModelKeyPlace('acme'))).toBe('sk-1');
});

test('a tenant without settings loses its row; one that the file does not name keeps it', async () => {
  await apply(everything);
  await applyIntegrations(corner.database, box, parseIntegrations('tenants: []', 'f', {}));
  expect(await stored()).toHaveLength(1);
  expect(await apply()).toMatchObject({ created: [], changed: ['acme-insight'] });
  expect(await stored()).toEqual([]);
});
