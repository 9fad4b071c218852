// Finds card numbers by Luhn's check digit, bank account numbers by their check digits (modulo 97), and social security
// numbers, which have no check digit, by their form.
import { digitRuns, endingsOf, type Run } from './digit-runs.ts';
import { identifierSpans, isOtherNumber } from './other-numbers.ts';
import { blankOut, matchSpans, type Span } from './span.ts';

const SHORTEST_CARD = 13;
const LONGEST_CARD = 19;
const CARD_START = /[2-689]/;
/**
 * The lengths of card numbers by their first digits (ISO/IEC 7812 and the issuers' publications). In order: Visa;
 * Mastercard; Mir; American Express; Diners Club; JCB; Maestro, Verve and Elo; RuPay and Discover; UnionPay; Troy. Maestro's
 * numbers of 12 digits are left out, because tracking numbers look the same.
 */
const CARDS = new RegExp(
  `^(?:${[
    '4(?:\\d{12}|\\d{15}|\\d{18})',
    '(?:5[1-5]\\d\\d|222[1-9]|22[3-9]\\d|2[3-6]\\d\\d|27[01]\\d|2720)\\d{12}',
    '220[0-4]\\d{12,15}',
    '3[47]\\d{13}',
    '(?:30[0-5]|309|36\\d|3[89]\\d)\\d{11,16}',
    '35(?:2[89]|[3-8]\\d)\\d{12,15}',
    '(?:50|5[6-8]|63|67)\\d{11,17}',
    '(?:60|64[4-9]|65)\\d{13,17}',
    '(?:62|8[12])\\d{14,17}',
    '9792\\d{12}',
  ].join('|')})$`,
);
const LONGEST_CUE = 60;
/** A card number over several lines or in a list: "4111, 1111, 1111, 1111". The lookahead allows overlapping matches. */
const SPREAD_CARD =
  /(?<!\d)(?=(\d{4}(?:[ ,.-]{0,2}[,\r\n][ \r\n]{0,2}\d{4}){3}|3[47]\d\d[ ,]{0,2}[,\r\n][ \r\n]{0,2}\d{6}[ ,]{0,2}[,\r\n][ \r\n]{0,2}\d{5})(?!\d))/g;
/** The lengths of account numbers by country, from the IBAN registry (ISO 13616). */
const IBAN_LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
    'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
    'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
    'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN_START = /(?:(?<![A-Za-z\d])|(?<=iban))[A-Za-z]{2}[ .-]?\d[ .-]?\d/gi;
const LONGEST_IBAN_GAP = 2;
const SSN = /(?<![\d.-])(?!000|666)\d{3}[ ./-]{1,3}(?!00)\d{2}[ ./-]{1,3}(?!0000)\d{4}(?!\d)/g;
const BARE_SSN =
  /\b(?:ssn|itin|social(?: security)?(?: (?:number|no|nr))?|tax(?:payer)? id)\b[^\d\n]{0,20}(\d(?:[ .-]?\d){8})(?!\d)/gi;

/** Spans of card numbers. */
export function cardSpans(input: string): Span[] {
  const text = blankOut(input, identifierSpans(input));
  const spread = Array.from(text.matchAll(SPREAD_CARD), ({ index, 1: card = '' }) => ({ card, index }))
    .filter(({ card }) => isCard(card.replace(/\D/g, '')))
    .map(({ card, index }) => ({ start: index, end: index + card.length }));
  const inRuns = digitRuns(text).flatMap((run) => {
    const spans: Span[] = [];
    for (let from = 0; from < run.length; from += 1) {
      const to = cardEnd(text, run, from);
      if (to === undefined) continue;
      spans.push({ start: run[from]?.start ?? 0, end: run[to]?.end ?? 0 });
      from = to;
    }
    return spans;
  });
  return [...inRuns, ...spread];
}

/** The last group of the longest card number that begins with group `from`. */
function cardEnd(text: string, run: Run, from: number): number | undefined {
  if (!CARD_START.test(text[run[from]?.start ?? 0] ?? '')) return undefined;
  const to = endingsOf(text, run, from, SHORTEST_CARD, LONGEST_CARD).find(({ digits }) => isCard(digits))?.to;
  // A number in one piece after "order" and the like is an order number: people write card numbers in groups.
  return to === from && from === 0 && isOrderNumber(text, run[0]?.start ?? 0) ? undefined : to;
}

function isOrderNumber(text: string, start: number): boolean {
  return isOtherNumber(text.slice(Math.max(0, start - LONGEST_CUE), start));
}

function isCard(digits: string): boolean {
  return CARDS.test(digits) && isLuhn(digits);
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** Spans of international bank account numbers. */
export function ibanSpans(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const { index: start } of text.matchAll(IBAN_START)) {
    const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    if (length === undefined || start < from) continue;
    const { end, characters } = collected(text, start, length);
    if (characters.length < length || remainderOf97(characters.slice(4) + characters.slice(0, 4)) !== 1)
      continue;
    spans.push({ start, end });
    from = end;
  }
  return spans;
}

/** Up to `length` letters and digits from `start`, without the separators between them. */
function collected(text: string, start: number, length: number): { end: number; characters: string } {
  let characters = '';
  let end = start;
  for (
    let at = start, gap = 0;
    at < text.length && characters.length < length && gap <= LONGEST_IBAN_GAP;
    at += 1
  ) {
    const code = text.charCodeAt(at);
    if (isLetterOrDigit(code)) {
      characters += text[at];
      end = at + 1;
      gap = 0;
    } else if (' -.\r\n'.includes(text[at] as string)) gap += 1;
    else break;
  }
  return { end, characters };
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 48 && code < 58) || (code >= 65 && code < 91) || (code >= 97 && code < 123);
}

/** Letters stand for 10 to 35. */
function remainderOf97(characters: string): number {
  let rest = 0;
  for (const character of characters) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** Spans of social security numbers of the United States, and of taxpayer numbers of the same form. */
export function ssnSpans(text: string): Span[] {
  return [...matchSpans(text, SSN), ...matchSpans(text, BARE_SSN, 1)];
}
