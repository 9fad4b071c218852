// Business hours: whether a moment is on certain days and between certain times, in the local time of a time zone.
import { z } from 'zod';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'is not a time of day such as 09:00');

/**
 * A span of the week, from `from` until before `to`. If `to` is earlier than `from` the span ends on the next day;
 * `days` are the days on which it begins. Without times it is whole days; without days it is every day.
 */
export const span = z
  .strictObject({
    days: z.array(z.enum(DAYS, 'is not a day such as mon')).min(1, 'is empty').optional(),
    from: clock.optional(),
    to: clock.optional(),
    zone: z.string().refine(isZone, 'is not a time zone such as Europe/Berlin'),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), 'needs both from and to, or neither')
  .refine(({ days, from }) => days !== undefined || from !== undefined, 'needs days, or from and to')
  .refine(({ from, to }) => from === undefined || from !== to, {
    path: ['to'],
    message: 'is the same as from; leave both out for whole days',
  })
  .refine(({ from }) => from !== '24:00', { path: ['from'], message: 'must be before 24:00; write 00:00' });

export type Span = z.output<typeof span>;

/** Whether a moment is in a span. */
export function isWithin({ days, from, to, zone }: Span, at: Date): boolean {
  const { day, minute } = wallClock(zone, at);
  if (from === undefined || to === undefined) return isOn(days, day);
  const begin = minutesOf(from);
  const end = minutesOf(to);
  if (begin < end) return minute >= begin && minute < end && isOn(days, day);
  // Over midnight: the evening belongs to the span of today, the morning to the span of the day before.
  if (minute >= begin) return isOn(days, day);
  return minute < end && isOn(days, (day + DAYS.length - 1) % DAYS.length);
}

function isOn(days: Span['days'], day: number): boolean {
  return days === undefined || days.some((name) => DAYS[day] === name);
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

interface Wall {
  readonly epochMinute: number;
  /** 0 is Sunday. */
  readonly day: number;
  readonly minute: number;
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** The last result. `Intl` is slow, and hundreds of events come in the same minute. */
  last: Wall;
}

/** By name in lower case, because `Intl` accepts any case. The map cannot grow beyond the number of time zones. */
const zones = new Map<string, Zone>();

function wallClock(name: string, at: Date): Wall {
  const zone = zoneOf(name);
  // Since 1972 every zone differs from UTC by whole minutes: all moments of one minute have the same local time.
  const epochMinute = Math.floor(at.getTime() / 60_000);
  if (zone.last.epochMinute === epochMinute) return zone.last;
  const parts = new Map(zone.format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = parts.get('weekday')?.toLowerCase() ?? '';
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  zone.last = { epochMinute, day: DAYS.findIndex((day) => day === weekday), minute };
  return zone.last;
}

function zoneOf(name: string): Zone {
  const key = name.toLowerCase();
  let zone = zones.get(key);
  if (zone === undefined) {
    zone = { format: formatOf(name), last: { epochMinute: Number.NaN, day: 0, minute: 0 } };
    zones.set(key, zone);
  }
  return zone;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
}

// Offsets such as +01:00 are refused: they have no summer time, and older Node releases do not accept them.
function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}
