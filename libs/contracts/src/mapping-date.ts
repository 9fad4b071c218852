// Dates of senders, read and written without guessing: `Date.parse` takes almost anything, and not everywhere the same.

/** How a date is written: with time and Z, the day alone (both in UTC), or seconds or milliseconds since 1970. */
export const DATE_FORMATS = ['iso', 'YYYY-MM-DD', 'unix', 'unix_ms'] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-]\d{2}):?(\d{2}))?)?$/;

/** As milliseconds such a number would be of before 1973, as seconds of after the year 5000. */
const FIRST_IN_MS = 100_000_000_000;
const YEAR_0_MS = -62_167_219_200_000;
const YEAR_9999_MS = 253_402_300_799_999;

/**
 * Milliseconds since 1970 of an ISO 8601 date (without offset: UTC) or of a number of seconds or milliseconds; undefined
 * for what is no date, has a day that its month lacks, or lies outside the years 0 to 9999.
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
  // The engine takes a 30th of February for the 2nd of March.
  if (match === undefined || dayOf(day) !== day) return Number.NaN;
  const ms = fraction.slice(0, 3).padEnd(3, '0');
  return Date.parse(`${day}T${time}:${seconds}.${ms}${hours}:${minutes}`);
}

function dayOf(day: string): string | undefined {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().slice(0, 10);
}
