import { retryAfterMs } from './retry-after.ts';

const NOW = Date.UTC(2026, 1, 3, 10);

test.each([
  ['2', 2_000],
  [' 0 ', 0],
  ['999999', 3_600_000],
  ['Tue, 03 Feb 2026 10:00:05 GMT', 5_000],
  ['Tue, 03 Feb 2026 09:00:00 GMT', 0],
  ['soon', 1_000],
  ['-5', 0],
  ['', 1_000],
  [undefined, 1_000],
])('%p is %d ms', (header, ms) => {
  expect(retryAfterMs(header, NOW)).toBe(ms);
});
