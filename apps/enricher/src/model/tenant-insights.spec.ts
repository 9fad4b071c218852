// What tenants set, read from a real Postgres that changes, goes away and comes back.
import { randomBytes } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import { createDatabase, type Database, SecretBox, tenantModelKeyPlace } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { TenantInsights, type TenantInsightsOptions } from './tenant-insights.ts';

const box = new SecretBox([randomBytes(32)]);
const NOTHING = { vocabulary: { products: [], competitors: [] }, limits: {} };
let corner: Suite;
let told: { level: string; fields: Record<string, unknown>; sentence: string }[];
let running: TenantInsights[];

const note = (level: string) => (fields: object, sentence: string) =>
  told.push({ level, fields: { ...fields }, sentence });
const logger: Logger = { ...quiet, info: note('info'), warn: note('warn') };

beforeAll(async () => {
  corner = await suite({ topics: false });
});
beforeEach(async () => {
  told = [];
  running = [];
  await corner.database.query('truncate tenant_insight');
});
afterEach(() => Promise.all(running.map((one) => one.stop())));
afterAll(() => corner.end());

function begin(more: Partial<TenantInsightsOptions> = {}): TenantInsights {
  const insights = new TenantInsights({ database: corner.database, box, logger, everyMs: 20, ...more });
  running.push(insights);
  insights.start();
  return insights;
}

async function begun(more: Partial<TenantInsightsOptions> = {}): Promise<TenantInsights> {
  const insights = begin(more);
  await insights.loaded;
  return insights;
}

interface Given {
  key?: string;
  limits?: object;
  products?: string[];
}

const set = (tenant: string, { key, limits = {}, products = [] }: Given, on = corner.database.query) =>
  on(
    `insert into tenant_insight (tenant_id, api_key, limits, products, competitors) values ($1, $2, $3, $4, '{Umbrella}')
     on conflict (tenant_id) do update set api_key = excluded.api_key, limits = excluded.limits,
       products = excluded.products, updated_at = now()`,
    [tenant, key ?? null, JSON.stringify(limits), products],
  );
const sealed = (tenant: string, key: string) => box.seal(key, tenantModelKeyPlace(tenant));

test('tells what a tenant set, and of one that set nothing that it did', async () => {
  const limits = { tokens_per_day: 1_000, tokens_per_month: 20_000, usd_per_day: 0.29, usd_per_month: 5 };
  await set('acme', { key: sealed('acme', 'sk-acme'), limits, products: ['Rocket'] });
  await set('globex', {});
  const insights = await begun();
  expect(insights.of('acme')).toEqual({
    vocabulary: { products: ['Rocket'], competitors: ['Umbrella'] },
    apiKey: 'sk-acme',
    limits: {
      tokensPerDay: 1_000,
      tokensPerMonth: 20_000,
      microUsdPerDay: 290_000,
      microUsdPerMonth: 5_000_000,
    },
  });
  expect(insights.of('globex')).toEqual({
    vocabulary: { products: [], competitors: ['Umbrella'] },
    limits: {},
  });
  expect(insights.of('initech')).toEqual(NOTHING);
  expect(told).toEqual([]);
});

test('follows what changes, and keeps the vocabulary of who changes nothing', async () => {
  await set('acme', { products: ['Rocket'] });
  await set('globex', {});
  const insights = await begun();
  const before = insights.of('acme').vocabulary;
  await set('globex', { products: ['Magnet'] });
  await eventually(() => expect(insights.of('globex').vocabulary.products).toEqual(['Magnet']));
  expect(insights.of('acme').vocabulary).toBe(before);
  await corner.database.query(`delete from tenant_insight where tenant_id = 'acme'`);
  await eventually(() => expect(insights.of('acme')).toEqual(NOTHING));
});

test('tells of a key where its tenant has set something, and of no other', async () => {
  await set('acme', { key: sealed('acme', 'sk-acme') });
  await set('globex', { key: sealed('globex', 'sk-globex') });
  const changed: string[] = [];
  await begun({ changed: (apiKey) => changed.push(apiKey) });
  // The same key once more: whoever mended the account at the vendor has nothing else to set.
  await set('acme', { key: sealed('acme', 'sk-acme') });
  await eventually(() => expect(changed).toEqual(['sk-acme']));
});

test('sees a change that was committed after one that began later', async () => {
  await set('acme', {});
  await set('globex', {});
  const insights = await begun();
  await corner.database.transaction(async (tx) => {
    await tx.query('select now()');
    await set('globex', { products: ['Magnet'] });
    await eventually(() => expect(insights.of('globex').vocabulary.products).toEqual(['Magnet']));
    await set('acme', { products: ['Rocket'] }, tx.query);
  });
  await eventually(() => expect(insights.of('acme').vocabulary.products).toEqual(['Rocket']));
});

test.each<[string, () => string, SecretBox | undefined]>([
  ['sealed for another tenant', () => sealed('globex', 'sk-secret'), box],
  ['without ENCRYPTION_KEY', () => sealed('acme', 'sk-secret'), undefined],
])('a key %s is unusable and told once', async (_what, key, used) => {
  await set('acme', { key: key(), limits: { tokens_per_day: 5 } });
  const insights = await begun({ box: used });
  const { vocabulary } = insights.of('acme');
  expect(insights.of('acme')).toEqual({ vocabulary, keyUnusable: true, limits: { tokensPerDay: 5 } });
  await set('globex', { products: ['Magnet'] });
  await eventually(() => expect(insights.of('globex').vocabulary.products).toEqual(['Magnet']));
  expect(told).toMatchObject([{ level: 'warn', fields: { tenant_id: 'acme' } }]);
  expect(JSON.stringify(told)).not.toContain('sk-secret');
  await set('acme', { key: sealed('acme', 'sk-acme') });
  if (used) await eventually(() => expect(insights.of('acme')).toMatchObject({ apiKey: 'sk-acme' }));
});

test('limits that cannot be read allow nothing', async () => {
  await set('acme', { limits: { usd_per_day: 'much' } });
  const insights = await begun();
  expect(insights.of('acme').limits).toEqual({ tokensPerDay: 0 });
  expect(told).toMatchObject([{ level: 'warn', fields: { tenant_id: 'acme' } }]);
});

test('keeps what it knows while Postgres is away, and says once that it is and once that it is back', async () => {
  await set('acme', { products: ['Rocket'] });
  const settings = { url: corner.env.DATABASE_URL, schema: corner.env.DATABASE_SCHEMA, logger: quiet };
  const here = createDatabase(settings);
  const nowhere = createDatabase({ ...settings, url: 'postgres://u:p@127.0.0.1:1/db' });
  let away = false;
  let asked = 0;
  const query: Database['query'] = (text, params) => {
    asked += 1;
    return (away ? nowhere : here).query(text, params);
  };
  const insights = begin({ database: { ...here, query } });
  await insights.loaded;
  away = true;
  await eventually(() => expect(told).toHaveLength(1));
  asked = 0;
  await eventually(() => expect(asked).toBeGreaterThan(3));
  expect(insights.of('acme').vocabulary.products).toEqual(['Rocket']);
  await set('acme', { products: ['Magnet'] });
  away = false;
  await eventually(() => expect(insights.of('acme').vocabulary.products).toEqual(['Magnet']));
  await eventually(() => expect(told.map(({ level }) => level)).toEqual(['warn', 'info']));
  await insights.stop();
  await Promise.all([here.close(), nowhere.close()]);
});

test('asks no more once it is stopped', async () => {
  let asked = 0;
  const query: Database['query'] = (text, params) => {
    asked += 1;
    return corner.database.query(text, params);
  };
  const insights = begin({ database: { ...corner.database, query } });
  await insights.loaded;
  await insights.stop();
  const before = asked;
  const other = begin();
  await set('acme', { products: ['Rocket'] });
  await eventually(() => expect(other.of('acme').vocabulary.products).toEqual(['Rocket']));
  expect(asked).toBe(before);
  expect(insights.of('acme')).toEqual(NOTHING);
});

test('whoever needs them waits until they are there, and not for as long as Postgres is away', async () => {
  await set('acme', { products: ['Rocket'] });
  const insights = begin();
  await insights.ready();
  expect(insights.of('acme').vocabulary.products).toEqual(['Rocket']);
  const url = 'postgres://switchboard:switchboard@127.0.0.1:1/switchboard';
  const away = createDatabase({ url, schema: 'public', logger: quiet });
  await expect(begin({ database: away }).ready()).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await away.close();
});
