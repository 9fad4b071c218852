// Finds phone numbers. The library is exact but slow, so it is used only for runs of digits that may be a phone number.
import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/** 7 to 15 digits with the usual separators between them. */
const CANDIDATE = /(?<![\w.,$€£#/-])\+?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\w/]|[.,-]\d)/g;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}/;
/** Digits without separators are a phone number only after one of these words. */
const CUE =
  /\b(?:call|phone|mobile|cell|tel|telephone|whatsapp|text|ring|reach|number|contact|sms)\b[^\d]{0,40}$/i;
const CUE_WINDOW = 60;
const MAX_CANDIDATES = 5;

/**
 * Phone numbers of `text` as E.164. A number without a country code is read as a number of `country`. Numbers in
 * `orderNumbers` are skipped.
 */
export function phonesIn(text: string, country: string, orderNumbers: ReadonlySet<string>): string[] {
  const phones = new Set<string>();
  let candidates = 0;
  for (const { 0: candidate, index } of text.matchAll(CANDIDATE)) {
    if (orderNumbers.has(candidate) || ISO_DATE.test(candidate)) continue;
    const bare = /^\d+$/.test(candidate);
    if (bare && !CUE.test(text.slice(Math.max(0, index - CUE_WINDOW), index))) continue;
    if (++candidates > MAX_CANDIDATES) break;
    const parsed = parsePhoneNumberFromString(candidate, country as CountryCode);
    if (parsed?.isValid()) phones.add(parsed.number);
  }
  return [...phones];
}
