// The insight settings of tenants, read from a real Postgres that changes, goes away and comes back.
import { randomBytes } from 'node:crypto';
import type { Logger } from '@switchboard/contracts';
import { createDatabase, type Database, SecretBox, tenantModelKeyPlace } from '@switchboard/postgres';
import { eventually, quiet, type Suite, suite } from '@switchboard/testing';
import { TenantInsights, type TenantInsightsOptions } from './tenant-insights.ts';

const box = new SecretBox([randomBytes(32)]);
const NO_SETTINGS = { vocabulary: { products: [], competitors: [] }, limits: {} };
let corner: Suite;
let logged: { level: string; fields: Record<string, unknown>; message: string }[];
let running: TenantInsights[];

const note = (level: string) => (fields: object, message: string) =>
  logged.push({ level, fields: { ...fields }, message });
const logger: Logger = { ...quiet, info: note('info'), warn: note('warn') };

beforeAll(async () => {
  corner = await suite({ topics: false });
});
beforeEach(async () => {
  logged = [];
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

test('returns the settings of a tenant, and none for a tenant without settings', async () => {
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
  expect(insights.of('initech')).toEqual(NO_SETTINGS);
  expect(logged).toEqual([]);
});

test('follows changes, and keeps the vocabulary object of an unchanged tenant', async () => {
  await set('acme', { products: ['Rocket'] });
  await set('globex', {});
  const insights = await begun();
  const before = insights.of('acme').vocabulary;
  await set('globex', { products: ['Magnet'] });
  await eventually(() => expect(insights.of('globex').vocabulary.products).toEqual(['Magnet']));
  expect(insights.of('acme').vocabulary).toBe(before);
  await corner.database.query(`delete from tenant_insight where tenant_id = 'acme'`);
  await eventually(() => expect(insights.of('acme')).toEqual(NO_SETTINGS));
});

test('reports the key of a changed tenant, and no other key', async () => {
  await set('acme', { key: sealed('acme', 'sk-acme') });
  await set('globex', { key: sealed('globex', 'sk-globex') });
  const changed: string[] = [];
  await begun({ onChange: (apiKey) => changed.push(apiKey) });
  // The same key again: that is how a person says that the account at the vendor works again.
  await set('acme', { key: sealed('acme', 'sk-acme') });
  await eventually(() => expect(changed).toEqual(['sk-acme']));
});

test('sees a change that began earlier and was committed later than another one', async () => {
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
  ['that was encrypted for another tenant', () => sealed('globex', 'sk-secret'), box],
  ['without ENCRYPTION_KEY', () => sealed('acme', 'sk-secret'), undefined],
])('a key %s is unusable and logged once', async (_what, key, used) => {
  await set('acme', { key: key(), limits: { tokens_per_day: 5 } });
  const insights = await begun({ box: used });
  const { vocabulary } = insights.of('acme');
  expect(insights.of('acme')).toEqual({ vocabulary, keyUnusable: true, limits: { tokensPerDay: 5 } });
  await set('globex', { products: ['Magnet'] });
  await eventually(() => expect(insights.of('globex').vocabulary.products).toEqual(['Magnet']));
  expect(logged).toMatchObject([{ level: 'warn', fields: { tenant_id: 'acme' } }]);
  expect(JSON.stringify(logged)).not.toContain('sk-secret');
  await set('acme', { key: sealed('acme', 'sk-acme') });
  if (used) await eventually(() => expect(insights.of('acme')).toMatchObject({ apiKey: 'sk-acme' }));
});

test('limits that cannot be read allow nothing', async () => {
  await set('acme', { limits: { usd_per_day: 'much' } });
  const insights = await begun();
  expect(insights.of('acme').limits).toEqual({ tokensPerDay: 0 });
  expect(logged).toMatchObject([{ level: 'warn', fields: { tenant_id: 'acme' } }]);
});

test('keeps the last settings while Postgres is away, and logs its outage and its return once each', async () => {
  await set('acme', { products: ['Rocket'] });
  const settings = { url: corner.env.DATABASE_URL, schema: corner.env.DATABASE_SCHEMA, logger: quiet };
  const here = createDatabase(settings);
  const nowhere = createDatabase({ ...settings, url: 'postgres://u:p@127.0.0.1:1/db' });
  let away = false;
  let queries = 0;
  const query: Database['query'] = (text, params) => {
    queries += 1;
    return (away ? nowhere : here).query(text, params);
  };
  const insights = begin({ database: { ...here, query } });
  await insights.loaded;
  away = true;
  await eventually(() => expect(logged).toHaveLength(1));
  queries = 0;
  await eventually(() => expect(queries).toBeGreaterThan(3));
  expect(insights.of('acme').vocabulary.products).toEqual(['Rocket']);
  await set('acme', { products: ['Magnet'] });
  away = false;
  await eventually(() => expect(insights.of('acme').vocabulary.products).toEqual(['Magnet']));
  await eventually(() => expect(logged.map(({ level }) => level)).toEqual(['warn', 'info']));
  await insights.stop();
  await Promise.all([here.close(), nowhere.close()]);
});

test('makes no query after it was stopped', async () => {
  let queries = 0;
  const query: Database['query'] = (text, params) => {
    queries += 1;
    return corner.database.query(text, params);
  };
  const insights = begin({ database: { ...corner.database, query } });
  await insights.loaded;
  await insights.stop();
  const before = queries;
  const other = begin();
  await set('acme', { products: ['Rocket'] });
  await eventually(() => expect(other.of('acme').vocabulary.products).toEqual(['Rocket']));
  expect(queries).toBe(before);
  expect(insights.of('acme')).toEqual(NO_SETTINGS);
});

test('ready waits for the first read, and fails when Postgres stays away', async () => {
  await set('acme', { products: ['Rocket'] });
  const insights = begin();
  await insights.ready();
  expect(insights.of('acme').vocabulary.products).toEqual(['Rocket']);
  const url = 'postgres://switchboard:switchboard@127.0.0.1:1/switchboard';
  const away = createDatabase({ url, schema: 'public', logger: quiet });
  await expect(begin({ database: away }).ready()).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
  await away.close();
});
