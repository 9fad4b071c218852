// Reads and writes dates of senders without guessing. `Date.parse` accepts almost anything, and differs between
// engines.

/** How a date is written: with time and Z, only the day (both in UTC), or seconds or milliseconds since 1970. */
export const DATE_FORMATS = ['iso', 'YYYY-MM-DD', 'unix', 'unix_ms'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-]\d{2}):?(\d{2}))?)?$/;

/** Smaller numbers are seconds. As milliseconds this is a day in 1973, as seconds one after the year 5000. */
const FIRST_IN_MS = 100_000_000_000;
const YEAR_0_MS = -62_167_219_200_000;
const YEAR_9999_MS = 253_402_300_799_999;

/**
 * Milliseconds since 1970 of an ISO 8601 date (without offset: UTC), or of a number of seconds or milliseconds.
 * Undefined if it is not a date, if the month does not have that day, or if the year is not from 0 to 9999.
 */
export function readDate(given: unknown): number | undefined {
  let ms = Number.NaN;
  if (typeof given === 'number') ms = fromNumber(given);
  if (typeof given === 'string') ms = fromText(given);
  return ms >= YEAR_0_MS && ms <= YEAR_9999_MS ? ms : undefined;
}

/** Writes a date that `readDate` has read. */
export function writeDate(ms: number, format: DateFormat): string | number {
  switch (format) {
    case 'iso':
      return new Date(ms).toISOString();
    case 'YYYY-MM-DD':
      return new Date(ms).toISOString().slice(0, 10);
    case 'unix':
      return Math.floor(ms / 1000);
    case 'unix_ms':
      return ms;
  }
}

function fromNumber(given: number): number {
  return Math.floor(Math.abs(given) < FIRST_IN_MS ? given * 1000 : given);
}

function fromText(given: string): number {
  const [match, day = '', time = '00:00', seconds = '00', fraction = '', hours = '+00', minutes = '00'] =
    ISO_8601.exec(given.trim()) ?? [];
  // `Date.parse` reads the 30th of February as the 2nd of March.
  if (match === undefined || dayOf(day) !== day) return Number.NaN;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  return Date.parse(`${day}T${time}:${seconds}.${ms}${hours}:${minutes}`);
}

function dayOf(day: string): string | undefined {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}
