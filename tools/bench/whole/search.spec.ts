import { highest } from './search.ts';

test.each([1_000, 1_230, 1_760, 2_500, 3_999])('finds %d to a tenth, and never more', async (limit) => {
  const tried: number[] = [];
  const found = await highest({ first: 1_000, grain: 10, most: 20_000 }, async (rate) => {
    tried.push(rate);
    return rate <= limit;
  });
  expect(found).toBeLessThanOrEqual(limit);
  expect(found).toBeGreaterThanOrEqual(limit * 0.9);
  expect(new Set(tried).size).toBe(tried.length);
});

test('is 0 when nothing holds, and stops at the most', async () => {
  const search = { first: 1_000, grain: 10, most: 2_000 };
  expect(await highest(search, async () => false)).toBe(0);
  expect(await highest(search, async () => true)).toBe(1_950);
});
