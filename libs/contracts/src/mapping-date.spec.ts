import fc from 'fast-check';
import { DATE_FORMATS, readDate, writeDate } from './mapping-date.ts';

test.each([
  ['2026-03-04', '2026-03-04T00:00:00.000Z'],
  ['2026-03-04T16:29', '2026-03-04T16:29:00.000Z'],
  ['2026-03-04 16:29:58', '2026-03-04T16:29:58.000Z'],
  ['2026-03-04T16:29:58.123456Z', '2026-03-04T16:29:58.123Z'],
  ['2026-03-04T23:30:00-05:00', '2026-03-05T04:30:00.000Z'],
  ['2026-03-04T16:29:58+0530', '2026-03-04T10:59:58.000Z'],
  [' 2024-02-29 ', '2024-02-29T00:00:00.000Z'],
  [1_774_310_400, '2026-03-24T00:00:00.000Z'],
  [1_774_310_400.5, '2026-03-24T00:00:00.500Z'],
  [1_774_310_400_123, '2026-03-24T00:00:00.123Z'],
  [0, '1970-01-01T00:00:00.000Z'],
])('reads %j', (given, expected) => {
  expect(writeDate(readDate(given) ?? Number.NaN, 'iso')).toBe(expected);
});

test.each([
  ['2026-02-30'],
  ['2025-02-29T10:00:00Z'],
  ['2026-13-01'],
  ['2026-03-04T25:00:00Z'],
  ['2026-03-04T10:00:61Z'],
  ['2026-03-04T10:00:00+25:00'],
  ['03/04/2026'],
  ['4 March 2026'],
  ['1774310400'],
  ['tomorrow'],
  [''],
  [1e300],
  [-1e15],
  [Number.NaN],
  [true],
  [null],
  [{}],
])('%j is not a date', (given) => {
  expect(readDate(given)).toBeUndefined();
});

test('writes each format', () => {
  const ms = Date.UTC(2026, 2, 4, 16, 29, 58, 123);
  expect(DATE_FORMATS.map((format) => [format, writeDate(ms, format)])).toEqual([
    ['iso', '2026-03-04T16:29:58.123Z'],
    ['YYYY-MM-DD', '2026-03-04'],
    ['unix', 1_772_641_798],
    ['unix_ms', 1_772_641_798_123],
  ]);
});

test('a date that was written is read as the same moment', () => {
  const moment = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(fc.property(moment, (at) => expect(readDate(writeDate(at.getTime(), 'iso'))).toBe(at.getTime())));
  const recent = fc.date({
    min: new Date('1975-01-01T00:00:00Z'),
    max: new Date('5000-01-01T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(recent, (at) => {
      const seconds = Math.floor(at.getTime() / 1000);
      expect(readDate(writeDate(at.getTime(), 'unix'))).toBe(seconds * 1000);
      expect(readDate(writeDate(at.getTime(), 'unix_ms'))).toBe(at.getTime());
    }),
  );
});
