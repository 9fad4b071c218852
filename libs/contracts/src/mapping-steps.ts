// The transforms of a mapping: what is done to a value before it is written into a field.
import { z } from 'zod';
import { DATE_FORMATS, type DateFormat, readDate, writeDate } from './mapping-date.ts';
import { names, ofKinds } from './rules-kinds.ts';
import type { Scalar } from './rules-path.ts';

const MAX_SEPARATOR = 20;

const plain = ['upper', 'lower', 'trim', 'phone'] as const;
const NONE = `is not a transform: these are ${plain.join(', ')}, { date } and { concat }`;

/** One transform of a value. */
export type Step = (typeof plain)[number] | { date: DateFormat } | { concat: string };

export const step = ofKinds<Step>((given) => {
  if (names(given, 'date')) {
    return z.strictObject({ date: z.enum(DATE_FORMATS, `must be one of ${DATE_FORMATS.join(', ')}`) });
  }
  if (names(given, 'concat')) return z.strictObject({ concat: z.string().max(MAX_SEPARATOR) });
  return typeof given === 'string' ? z.enum(plain, NONE) : undefined;
}, NONE);

/** A phone number as E.164; undefined if it is not one. Without `country` it must begin with its country code. */
export type PhoneReader = (given: string, country: string | undefined) => string | undefined;

/** What was found at a path: the elements of a list, or one value. */
export interface Found {
  readonly parts: readonly Scalar[];
  readonly list: boolean;
}

/** Applies one transform to each part, or `concat` to all parts. A part that does not fit the transform is dropped. */
export function applyStep(given: Step, found: Found, phone: (part: string) => string | undefined): Found {
  if (typeof given === 'object' && 'concat' in given) {
    return { parts: [found.parts.map(String).filter(Boolean).join(given.concat)], list: false };
  }
  const parts = found.parts.map((part) => changed(given, part, phone)).filter((part) => part !== undefined);
  return { parts, list: found.list };
}

function changed(
  given: Exclude<Step, { concat: string }>,
  part: Scalar,
  phone: (part: string) => string | undefined,
): Scalar | undefined {
  if (typeof given === 'object') {
    const ms = readDate(part);
    return ms === undefined ? undefined : writeDate(ms, given.date);
  }
  if (given === 'phone') return typeof part === 'boolean' ? undefined : phone(String(part));
  if (typeof part !== 'string') return part;
  if (given === 'trim') return part.trim();
  return given === 'upper' ? part.toUpperCase() : part.toLowerCase();
}
