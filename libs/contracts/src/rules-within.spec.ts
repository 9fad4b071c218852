import fc from 'fast-check';
import { isWithin, type Span, span } from './rules-within.ts';

const week = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', zone: 'Europe/Berlin' };
const night = { days: ['sat'], from: '22:00', to: '06:00', zone: 'Europe/Berlin' };

// 2026: summer time in Berlin from 29 March, 01:00 UTC, until 25 October, 01:00 UTC.
test.each([
  ['begins with from', week, '2026-03-04T08:00:00Z', true],
  ['not before', week, '2026-03-04T07:59:59.999Z', false],
  ['ends before to', week, '2026-03-04T15:59:59.999Z', true],
  ['not at to', week, '2026-03-04T16:00:00Z', false],
  ['an hour earlier in summer', week, '2026-07-01T07:00:00Z', true],
  ['and ends earlier', week, '2026-07-01T15:00:00Z', false],
  ['not at weekends', week, '2026-03-07T10:00:00Z', false],
  ['over midnight, in the evening', night, '2026-03-07T21:00:00Z', true],
  ['over midnight, in the morning', night, '2026-03-08T04:59:59Z', true],
  ['over midnight, until to', night, '2026-03-08T05:00:00Z', false],
  ['not in the morning of its day', night, '2026-03-07T04:00:00Z', false],
  ['not in the evening after', night, '2026-03-08T21:00:00Z', false],
  ['before an hour that is left out', night, '2026-03-29T00:59:00Z', true],
  [
    'the day of the hour left out',
    { from: '02:30', to: '03:30', zone: 'Europe/Berlin' },
    '2026-03-29T01:00:00Z',
    true,
  ],
  [
    'both hours that show the same',
    { from: '02:00', to: '03:00', zone: 'Europe/Berlin' },
    '2026-10-25T00:30:00Z',
    true,
  ],
  [
    'and the second of them',
    { from: '02:00', to: '03:00', zone: 'Europe/Berlin' },
    '2026-10-25T01:30:00Z',
    true,
  ],
  ['the day of the zone, not of UTC', { days: ['thu'], zone: 'Asia/Kolkata' }, '2026-03-04T18:30:00Z', true],
  ['and its minutes', { days: ['thu'], zone: 'Asia/Kolkata' }, '2026-03-04T18:29:59Z', false],
  ['until midnight', { from: '18:00', to: '24:00', zone: 'UTC' }, '2026-03-04T23:59:59Z', true],
  [
    'until midnight and not after',
    { from: '18:00', to: '24:00', zone: 'UTC' },
    '2026-03-05T00:00:00Z',
    false,
  ],
  ['midnight as the hour zero', { from: '18:00', to: '00:00', zone: 'UTC' }, '2026-03-04T23:59:59Z', true],
  ['a zone in other letters', { days: ['wed'], zone: 'europe/berlin' }, '2026-03-04T12:00:00Z', true],
])('%s', (_what, given, at, expected) => {
  expect(isWithin(span.parse(given), new Date(at))).toBe(expected);
});

test.each([
  [{ zone: 'UTC' }, ': needs days, or from and to'],
  [{ days: ['mon'] }, 'zone: '],
  [{ days: [], zone: 'UTC' }, 'days: is empty'],
  [{ days: ['mon', 'Montag'], zone: 'UTC' }, 'days.1: is not a day such as mon'],
  [{ from: '09:00', zone: 'UTC' }, ': needs both from and to, or neither'],
  [{ from: '9:00', to: '17:00', zone: 'UTC' }, 'from: is not a time of day such as 09:00'],
  [{ from: '09:00', to: '25:00', zone: 'UTC' }, 'to: is not a time of day such as 09:00'],
  [{ from: '09:00', to: '09:00', zone: 'UTC' }, 'to: is the same as from; leave both out for whole days'],
  [{ from: '24:00', to: '09:00', zone: 'UTC' }, 'from: must be before 24:00; write 00:00'],
  [{ days: ['mon'], zone: '+01:00' }, 'zone: is not a time zone such as Europe/Berlin'],
  [{ days: ['mon'], zone: 'Berlin' }, 'zone: is not a time zone such as Europe/Berlin'],
  [{ days: ['mon'], hours: 8, zone: 'UTC' }, ': Unrecognized key: "hours"'],
])('%j is not a span', (given, fault) => {
  const { error } = span.safeParse(given);
  expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')).toContain(
    fault,
  );
});

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const moment = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2040-01-01T00:00:00Z'),
  noInvalidDate: true,
});
const minute = fc.nat({ max: 24 * 60 - 1 });
const days = fc.uniqueArray(fc.constantFrom('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'), {
  minLength: 1,
});
const clock = (at: number) =>
  `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;

test('in UTC the result is the same as counting from the beginning of each day', () => {
  const seen = new Set<boolean>();
  fc.assert(
    fc.property(days, minute, minute, moment, (on, from, to, at) => {
      fc.pre(from !== to);
      const given = span.parse({ days: on, from: clock(from), to: clock(to), zone: 'UTC' });
      const length = ((to - from + 1440) % 1440) * MINUTE;
      const midnight = Math.floor(at.getTime() / DAY) * DAY;
      const counted = [midnight - DAY, midnight].some((start) => {
        const day = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: 'UTC' }).format(start);
        const since = at.getTime() - (start + from * MINUTE);
        return on.some((name) => name === day.toLowerCase()) && since >= 0 && since < length;
      });
      seen.add(counted);
      expect(isWithin(given, at)).toBe(counted);
    }),
    { numRuns: 500 },
  );
  expect(seen.size).toBe(2);
});

test('in every zone each moment is either in a span or in its complement', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Chatham');
  fc.assert(
    fc.property(zone, minute, minute, fc.array(moment, { minLength: 1 }), (name, from, to, moments) => {
      fc.pre(from !== to);
      const inside: Span = { from: clock(from), to: clock(to), zone: name };
      const outside: Span = { from: clock(to), to: clock(from), zone: name };
      for (const at of moments) expect(isWithin(inside, at)).toBe(!isWithin(outside, at));
    }),
  );
});

test('the result does not depend on earlier calls', () => {
  const minutes = ['2026-03-04T08:00:00Z', '2026-03-04T07:59:00Z', '2026-03-04T08:00:59.999Z'];
  const given = span.parse(week);
  const forth = minutes.map((at) => isWithin(given, new Date(at)));
  const back = minutes.toReversed().map((at) => isWithin(given, new Date(at)));
  expect(forth).toEqual([true, false, true]);
  expect(back).toEqual([true, false, true]);
});
