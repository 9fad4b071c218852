import { holdMs, TenantHolds } from './tenant-holds.ts';

const NOW = Date.UTC(2026, 1, 3, 10);

test.each([
  ['2', 2_000],
  ['0', 0],
  ['999999', 3_600_000],
  ['Tue, 03 Feb 2026 10:00:05 GMT', 5_000],
  ['Tue, 03 Feb 2026 12:00:00 GMT', 3_600_000],
  ['soon', 1_000],
])('a 429 with Retry-After %p holds for %d ms', (text, ms) => {
  expect(holdMs({ headers: { 'retry-after': text } }, NOW)).toBe(ms);
});

test('a 429 without Retry-After holds for a second', () => {
  expect(holdMs({ headers: {} }, NOW)).toBe(1_000);
});

test('a hold is only for its tenant, is never shortened, and ends', () => {
  const holds = new TenantHolds();
  holds.hold('acme', 5_000);
  holds.hold('acme', 3_000);
  expect(holds.waitMs('acme', 1_000)).toBe(4_000);
  expect(holds.waitMs('globex', 1_000)).toBe(0);
  expect(holds.waitMs('acme', 5_000)).toBe(0);
});
