// Finds entities by their form: email addresses, phone and order numbers, money, dates. Every pattern has a limited length, so
// that hostile text takes linear time, and is used only when a cheap check says that it may match.
import type { Enrichment } from '@switchboard/contracts';
import { phonesIn } from './phones.ts';

const EMAIL = /(?<![\w.%+-])[\w.%+-]{1,64}@(?:[a-z\d-]{1,63}\.){1,5}[a-z]{2,24}(?![\w-])/gi;
const NAMED_NUMBER =
  /\b(?:order|ticket|invoice|booking|reference|ref|case|tracking|confirmation|rma)(?: (?:number|no|id|code|is))?[.:]? ?(?:is )?(#?[a-z\d][a-z\d-]{2,29})(?![\w-])/gi;
const HASH_NUMBER = /(?<![\w&/#])#([a-z\d][a-z\d-]{2,29})(?![\w-])/gi;
const CODE_NUMBER = /(?<![\w-])([A-Z]{2,5}-\d{3,12}(?:-\d{1,12}){0,3})(?![\w-])/g;
/** In order: thousands separated by spaces, points, apostrophes, commas (English and Indian); without separators. */
const AMOUNT = [
  String.raw`\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}){1,5}(?:[.,]\d{1,2})?`,
  String.raw`\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,2})?`,
  String.raw`\d{1,3}(?:['’]\d{3}){1,5}(?:[.,]\d{1,2})?`,
  String.raw`\d{1,3}(?:,\d{2,3}){0,5},\d{3}(?:\.\d{1,2})?`,
  String.raw`\d{1,12}(?:[.,]\d{1,2})?`,
].join('|');
const MONEY = new RegExp(
  String.raw`(?:(?<!\w)(?:(?:US\$|[$€£¥₹]) ?|(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|SEK|INR) ))(?:${AMOUNT})(?![.,]?\d)k?|(?<![\w.,#'’-])(?:${AMOUNT})[ \u00a0\u202f]?(?:[€£$¥₹]|(?:dollars?|euros?|pounds?|bucks|cents|usd|eur|gbp|chf|cad|aud|sek|inr)(?!\w))`,
  'gi',
);
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const WEEKDAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day';
const DATE_WITH_DIGITS = new RegExp(
  String.raw`(?<![\w-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})|${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{1,2}(?:st|nd|rd|th)?(?: of)? ${MONTH}(?:,? \d{4})?|\d{1,3} (?:day|week|month|year|hour)s? ago|in \d{1,3} (?:day|week|month|hour)s?)(?![\w-])`,
  'gi',
);
const DATE_IN_WORDS = new RegExp(
  String.raw`\b(?:today|tonight|tomorrow|yesterday|(?:last|next|this) (?:week|month|year|weekend|${WEEKDAY})|${WEEKDAY}|(?:a|two|three|four|five|six) (?:day|week|month)s? ago)\b`,
  'gi',
);
const MAX_EACH = 10;

/** The entities that have a form, as opposed to names from a list. */
export type FormEntities = Omit<Enrichment['entities'], 'products' | 'competitors'>;

/** Entities of a text. Each list contains every value once, in the order of the text, at most ten. */
export function entitiesOf(text: string, phoneCountry: string): FormEntities {
  const digits = /\d/.test(text);
  const orders = digits ? orderNumbers(text) : [];
  return {
    emails: text.includes('@') ? found(text, EMAIL) : [],
    phones: digits ? phonesIn(text, phoneCountry, new Set(orders)).slice(0, MAX_EACH) : [],
    order_numbers: orders,
    money: digits ? found(text, MONEY) : [],
    dates: [...(digits ? found(text, DATE_WITH_DIGITS) : []), ...found(text, DATE_IN_WORDS)].slice(
      0,
      MAX_EACH,
    ),
  };
}

/** Joins the entities of two texts. */
export function joinEntities(a: FormEntities, b: FormEntities): FormEntities {
  const join = (x: string[], y: string[]) => [...new Set([...x, ...y])].slice(0, MAX_EACH);
  return {
    emails: join(a.emails, b.emails),
    phones: join(a.phones, b.phones),
    order_numbers: join(a.order_numbers, b.order_numbers),
    money: join(a.money, b.money),
    dates: join(a.dates, b.dates),
  };
}

function orderNumbers(text: string): string[] {
  const numbers = new Set<string>();
  for (const pattern of [NAMED_NUMBER, HASH_NUMBER, CODE_NUMBER]) {
    for (const [, value = ''] of text.matchAll(pattern)) {
      if (/\d{2}|\d-|[a-z]\d/i.test(value)) numbers.add(value.replace(/^#/, ''));
      if (numbers.size === MAX_EACH) return [...numbers];
    }
  }
  return [...numbers];
}

function found(text: string, pattern: RegExp): string[] {
  const values = new Set<string>();
  for (const [value] of text.matchAll(pattern)) {
    values.add(value.trim());
    if (values.size === MAX_EACH) break;
  }
  return [...values];
}
