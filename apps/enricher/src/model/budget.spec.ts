// The budget on a real Postgres: it is never exceeded, also with concurrent reservations, and its sums are exact.
import { createDatabase, type Database } from '@switchboard/postgres';
import { quiet, type Suite, suite } from '@switchboard/testing';
import fc from 'fast-check';
import { type Amount, Budget, type Limits, type Reservation } from './budget.ts';

const NOW = new Date('2026-11-28T23:59:59.999Z');
let corner: Suite;
let databases: Database[];
let budgets: Budget[];
let budget: Budget;
let tenants = 0;
const newTenant = () => `tenant-${(tenants += 1)}`;

beforeAll(async () => {
  corner = await suite({ topics: false });
  databases = [1, 2, 3].map(() =>
    createDatabase({
      url: corner.env.DATABASE_URL,
      schema: corner.env.DATABASE_SCHEMA,
      max: 4,
      logger: quiet,
    }),
  );
  budgets = databases.map((database) => new Budget(database));
  budget = new Budget(corner.database);
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await corner.end();
});

const some: Amount = { tokens: 10, microUsd: 100 };
const nothing: Amount = { tokens: 0, microUsd: 0 };
const both = (amount: Amount) => ({ day: amount, month: amount });

test('a reservation counts at once, for its day and its month; after settling only the actual cost counts', async () => {
  const tenant = newTenant();
  expect(await budget.spent(tenant, NOW)).toEqual(both(nothing));
  const first = await budget.reserve(tenant, some, {}, NOW);
  expect(first).toEqual({ tenantId: tenant, day: '2026-11-28', month: '2026-11', ...some });
  expect(await budget.spent(tenant, NOW)).toEqual(both(some));
  await budget.settle(first as Reservation, { tokens: 3, microUsd: 120 });
  const spent = { tokens: 3, microUsd: 120 };
  expect(await budget.spent(tenant, NOW)).toEqual(both(spent));
  const second = await budget.reserve(tenant, some, {}, NOW);
  await budget.settle(second as Reservation, undefined);
  expect(await budget.spent(tenant, NOW)).toEqual(both(spent));
  expect(await budget.spent(newTenant(), NOW)).toEqual(both(nothing));
});

test.each<[string, Limits]>([
  ['tokens of a day', { tokensPerDay: 19 }],
  ['tokens of a month', { tokensPerMonth: 19 }],
  ['money of a day', { microUsdPerDay: 199 }],
  ['money of a month', { microUsdPerMonth: 199 }],
])('%s: a refused reservation changes neither the day nor the month', async (_what, limits) => {
  const tenant = newTenant();
  expect(await budget.reserve(tenant, some, limits, NOW)).toBeDefined();
  expect(await budget.reserve(tenant, some, limits, NOW)).toBeUndefined();
  expect(await budget.spent(tenant, NOW)).toEqual(both(some));
  expect(await budget.reserve(tenant, { tokens: 9, microUsd: 99 }, limits, NOW)).toBeDefined();
});

test('a limit of 0 allows no call, not even the first one of a period', async () => {
  expect(await budget.reserve(newTenant(), some, { tokensPerMonth: 0 }, NOW)).toBeUndefined();
});

test('a new day in UTC starts at 0 within its month, and a settlement counts for the period of its reservation', async () => {
  const tenant = newTenant();
  const limits = { tokensPerDay: 10, tokensPerMonth: 20 };
  const next = new Date('2026-11-29T00:00:00Z');
  const reservation = await budget.reserve(tenant, some, limits, NOW);
  expect(await budget.reserve(tenant, some, limits, NOW)).toBeUndefined();
  expect(await budget.reserve(tenant, some, limits, next)).toBeDefined();
  const third = new Date('2026-11-30T12:00:00Z');
  expect(await budget.reserve(tenant, some, limits, third)).toBeUndefined();
  await budget.settle(reservation as Reservation, undefined);
  expect(await budget.spent(tenant, NOW)).toEqual({ day: nothing, month: some });
  expect(await budget.reserve(tenant, some, limits, third)).toBeDefined();
  expect(await budget.reserve(tenant, some, limits, new Date('2026-12-01T00:00:00Z'))).toBeDefined();
});

test('200 concurrent reservations on twelve connections use the budget and do not exceed it', async () => {
  const tenant = newTenant();
  const limits = { tokensPerDay: 705, microUsdPerMonth: 5_050 };
  const taken = await Promise.all(
    Array.from({ length: 200 }, (_, n) => budgets[n % 3]?.reserve(tenant, some, limits, NOW)),
  );
  const granted = taken.filter((one) => one !== undefined);
  expect(granted).toHaveLength(50);
  expect(await budget.spent(tenant, NOW)).toEqual(both({ tokens: 500, microUsd: 5_000 }));
  // Half of them are released while other reservations are made.
  await Promise.all([
    ...granted.slice(0, 25).map((one, n) => budgets[n % 3]?.settle(one, undefined)),
    ...Array.from({ length: 200 }, (_, n) => budgets[n % 3]?.reserve(tenant, some, limits, NOW)),
  ]);
  while (await budget.reserve(tenant, some, limits, NOW));
  expect(await budget.spent(tenant, NOW)).toEqual(both({ tokens: 500, microUsd: 5_000 }));
});

test('concurrent reservations and settlements over several days neither deadlock nor exceed the month', async () => {
  const tenant = newTenant();
  const limits = { tokensPerDay: 100, tokensPerMonth: 250 };
  const days = ['2026-11-27', '2026-11-28', '2026-11-29', '2026-11-30'].map((day) => new Date(day));
  const day = (n: number) => days[n % days.length] as Date;
  const taken = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const one = await budgets[n % 3]?.reserve(tenant, some, limits, day(n));
      if (one !== undefined && n % 2 === 0) await budgets[(n + 1) % 3]?.settle(one, { ...some, tokens: 5 });
      return one;
    }),
  );
  const spent = await Promise.all(days.map((one) => budget.spent(tenant, one)));
  const sum = spent.reduce((total, one) => total + one.day.tokens, 0);
  expect(sum).toBe(spent[0]?.month.tokens);
  expect(sum).toBeLessThanOrEqual(250);
  for (const one of spent) expect(one.day.tokens).toBeLessThanOrEqual(100);
  expect(taken.filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(25);
});

const amount = fc.record({ tokens: fc.nat(300), microUsd: fc.nat(3_000) });
/** Reserves an amount, or settles an open reservation at a share of its amount. */
const step = fc.oneof(
  fc.record({ reserve: amount }),
  fc.record({ settle: fc.nat(), share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) }),
);

test('the sums are exact and never above a limit', async () => {
  const limits = {
    tokensPerDay: 900,
    tokensPerMonth: 1_000,
    microUsdPerDay: 10_000,
    microUsdPerMonth: 9_000,
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 8 }), async (rounds) => {
      const tenant = newTenant();
      const open: Reservation[] = [];
      const sum = { ...nothing };
      const add = ({ tokens, microUsd }: Amount, sign: 1 | -1) => {
        sum.tokens += sign * tokens;
        sum.microUsd += sign * microUsd;
      };
      for (const steps of rounds) {
        // The steps of a round run concurrently. A round settles only reservations of earlier rounds.
        const settled = steps.flatMap((one) => {
          if ('reserve' in one || open.length === 0) return [];
          const [reservation] = open.splice(one.settle % open.length, 1);
          return reservation === undefined ? [] : [{ reservation, share: one.share }];
        });
        const wanted = steps.flatMap((one) => ('reserve' in one ? [one.reserve] : []));
        const settling = settled.map(async ({ reservation, share }, n) => {
          const part = (whole: number) => Math.floor(whole * (share ?? 0));
          const actual = { tokens: part(reservation.tokens), microUsd: part(reservation.microUsd) };
          await budgets[n % 3]?.settle(reservation, share === null ? undefined : actual);
          add(reservation, -1);
          add(actual, 1);
        });
        const reserving = wanted.map(async (one, n) => {
          const reservation = await budgets[(n + 1) % 3]?.reserve(tenant, one, limits, NOW);
          if (reservation === undefined) return;
          open.push(reservation);
          add(one, 1);
        });
        await Promise.all([...settling, ...reserving]);
        expect(await budget.spent(tenant, NOW)).toEqual(both(sum));
        expect(sum.tokens).toBeLessThanOrEqual(limits.tokensPerDay);
        expect(sum.microUsd).toBeLessThanOrEqual(limits.microUsdPerMonth);
      }
      const before = { ...sum };
      const fits =
        before.tokens + 50 <= limits.tokensPerDay && before.microUsd + 500 <= limits.microUsdPerMonth;
      const last = await budget.reserve(tenant, { tokens: 50, microUsd: 500 }, limits, NOW);
      expect(last !== undefined).toBe(fits);
    }),
    { numRuns: 40 },
  );
});

test('months before the last thirteen are deleted with their days, in batches', async () => {
  await corner.database.query('truncate model_spend');
  await corner.database.query(
    `insert into model_spend (tenant_id, period) select 'acme', period from unnest(
       array['2025-09', '2025-09-30', '2025-08-01', '2025-10', '2025-10-01', '2026-11', '2026-11-28']) as old(period)`,
  );
  expect(await budget.purge(NOW, AbortSignal.abort(), 1)).toBe(1);
  expect(await budget.purge(NOW, undefined, 1)).toBe(2);
  const rows = await corner.database.query<{ period: string }>(
    'select period from model_spend order by period',
  );
  expect(rows.map(({ period }) => period)).toEqual(['2025-10', '2025-10-01', '2026-11', '2026-11-28']);
});
