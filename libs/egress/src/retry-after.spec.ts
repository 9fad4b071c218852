import { retryAfter } from './retry-after.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');

test.each([
  ['0', 0],
  [' 2 ', 2],
  ['1.5', 1.5],
  ['999999999', 999_999_999],
  ['9'.repeat(400), undefined],
  ['Sun, 22 Nov 2026 10:00:30 GMT', 30],
  ['Sunday, 22-Nov-26 10:01:00 GMT', 60],
  ['Sun Nov 22 10:00:05 2026 GMT', 5],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['-5', undefined],
  ['soon', undefined],
  ['', undefined],
])('%p is %p seconds', (text, seconds) => {
  expect(retryAfter({ headers: { 'retry-after': text } }, NOW)).toBe(seconds);
});

test('without a header the result is undefined; the default start is now', () => {
  expect(retryAfter({ headers: {} })).toBeUndefined();
  const date = new Date(Date.now() + 60_000).toUTCString();
  const seconds = retryAfter({ headers: { 'retry-after': date } });
  expect(seconds).toBeGreaterThan(50);
  expect(seconds).toBeLessThanOrEqual(60);
});
