// Finds phone numbers to mask. It accepts more than the analyser does, because a number that is masked by mistake does less harm
// than one that is missed. The library decides which numbers are valid; it is called a limited number of times for each text.
import { phonesIn } from '../phones.ts';
import { digitRuns, endingsOf, type Run } from './digit-runs.ts';
import { isOtherNumber } from './other-numbers.ts';
import { blankOut, matchSpans, mergeSpans, type Span } from './span.ts';

const SHORTEST = 7;
const LONGEST = 15;
const MONTH_DAY = '(?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\\d|3[01])';
const DAY_MONTH = '(?:0?[1-9]|[12]\\d|3[01])[./-](?:0?[1-9]|1[0-2])';
const YEAR = '(?:19|20)\\d\\d';
const DATE = new RegExp(
  `(?<![\\d./-])(?:${YEAR}[./-]${MONTH_DAY}|(?:${DAY_MONTH}|${MONTH_DAY})[./-]${YEAR})(?![\\d])`,
  'g',
);
const SURE_CUE =
  /\b(?:phones?|mobile|cell|cellphone|tel|telephone|whatsapp|signal|sms|fax|(?:call|text|ring|reach|dial)(?: (?:me|us|him|her|back|on|at))+)\b[^\d]{0,40}$/i;
const CUE =
  /\b(?:call|dial|text|ring|reach|number|contact|landline|handy|handynummer|telefon|telefonnummer|mobil|tel[eé]fono|m[oó]vil|celular|t[eé]l[eé]phone|portable|cellulare|telefone)\b[^\d]{0,40}$|\b(?:my|our) #(?: is)?:? ?$/i;
const CUE_WINDOW = 60;
const MONEY_WINDOW = 10;
/** "..., that's my new number". */
const NAMED_AFTER =
  /^[ ,]{1,3}(?:(?:please )?(?:call|text|ring|whatsapp) (?:me|us)\b|(?:is |that's |that is |as )?(?:my|our) (?:new |home |work |mobile |cell )?(?:phone|mobile|cell|number|line)\b)/i;
const NAME_WINDOW = 40;
/** Forms that need no further check: "(555) 123-4567", and the number in a link that opens a chat. */
const FORMS = [
  /(?<![\w.)/-])\(\d{3}\) ?\d{3}[ .-]\d{4}(?![\w-]|[.,]\d)/g,
  /(?<=\b(?:wa\.me|t\.me|signal\.me\/#p)\/)\+?\d{7,15}(?!\d)/g,
] as const;
/** A slash between two numbers: "212 555 1234/212 555 1235". */
const OR = /(?<=[ .-]\d{4})\/(?=\+?\(?\d{3})/g;
/** A number with a trunk prefix, as most countries write it: "020 7946 0958", "06 12 34 56 78". */
const TRUNK_FORM = /^0[1-9]\d{8,10}$/;
const PLUS = /(?<![\w+])\+[ (]{0,2}$/;
const MONEY_BEFORE = /[$€£¥₹#]\s?$/;
const MONEY_AFTER = /^\s?(?:[€£$%]|(?:eur|usd|gbp|chf|dollars|euros|pounds)\b)/i;
/** A number with separators of thousands: "1 234 567". */
const THOUSANDS = /^\d{1,3}(?:[ .]\d{3})+$/;
/** Limit of calls of the library for a text: 64, and one more for each 64 characters. */
const MIN_CALLS = 64;
const CHARACTERS_PER_CALL = 64;
const NO_ORDERS: ReadonlySet<string> = new Set();

/** Spans of phone numbers. A number without a country code is read as a number of `country`. */
export function phoneSpans(input: string, country: string): Span[] {
  const formed = FORMS.flatMap((form) => matchSpans(input, form));
  const text = blankOut(input, mergeSpans([...formed, ...matchSpans(input, DATE)])).replace(OR, '\n');
  const library = new Library(country, MIN_CALLS + text.length / CHARACTERS_PER_CALL);
  const alone = text.trim();
  const spans: Span[] = formed;
  for (const run of digitRuns(text)) {
    for (let from = 0; from < run.length; from += 1) {
      const to = isStart(text, run, from) ? phoneEnd(text, run, from, library, alone) : undefined;
      if (to === undefined) continue;
      const { start = 0 } = run[from] ?? {};
      const before = /[+( ]*$/.exec(text.slice(Math.max(0, start - 3), start))?.[0] ?? '';
      const sign = before.search(/[+(]/);
      spans.push({ start: sign < 0 ? start : start - before.length + sign, end: run[to]?.end ?? 0 });
      from = to;
    }
  }
  return spans;
}

/** A number begins at the start of its run or after a space, and not in the middle of "12.50". */
function isStart(text: string, run: Run, from: number): boolean {
  return from === 0 || /[ \t(]/.test(text.slice(run[from - 1]?.end, run[from]?.start));
}

/** The last group of the phone number that begins with group `from`. */
function phoneEnd(text: string, run: Run, from: number, library: Library, alone: string): number | undefined {
  const endings = endingsOf(text, run, from, SHORTEST, LONGEST).filter(({ to }) => isEnd(text, run, to));
  if (endings.length === 0) return undefined;
  const start = run[from]?.start ?? 0;
  // Within a run there are only digits before the number, and no word that says what it is.
  const before = text.slice(from === 0 ? Math.max(0, start - CUE_WINDOW) : start - 1, start);
  if (from === 0 && PLUS.test(before)) {
    return (endings.find(({ digits }) => library.isValid(`+${digits}`)) ?? endings[0])?.to;
  }
  if (from === 0 && (isOtherNumber(before) || MONEY_BEFORE.test(before))) return undefined;
  const fits = endings.filter(({ to }) => !MONEY_AFTER.test(after(text, run, to, MONEY_WINDOW)));
  if (from === 0 && SURE_CUE.test(before)) {
    return (fits.find(({ digits }) => library.isValid(digits)) ?? fits[0])?.to;
  }
  if (/[\w.,/-]$/.test(before)) return undefined;
  const named = from === 0 && CUE.test(before);
  return fits.find(({ to, digits }) => {
    const likely = named || NAMED_AFTER.test(after(text, run, to, NAME_WINDOW));
    if ((to === from && !likely && alone !== digits) || /^(?:[\w/]|[.,-]\d)/.test(after(text, run, to, 2)))
      return false;
    if (/^00[1-9]/.test(digits) && digits.length >= 11) return true;
    if (TRUNK_FORM.test(digits) && (likely || isGrouped(run, from, to))) return true;
    return !THOUSANDS.test(text.slice(start, run[to]?.end)) && library.isValid(digits);
  })?.to;
}

function after(text: string, run: Run, to: number, length: number): string {
  const end = run[to]?.end ?? 0;
  return text.slice(end, end + length);
}

/** A number ends at the end of its run or before a space. */
function isEnd(text: string, run: Run, to: number): boolean {
  return to === run.length - 1 || /[ \t]/.test(text.slice(run[to]?.end, run[to + 1]?.start));
}

/** Whether the number is grouped with an area code first. */
function isGrouped(run: Run, from: number, to: number): boolean {
  const { start = 0, end = 0 } = run[from] ?? {};
  return to > from && end - start >= 2 && end - start <= 5;
}

/** Calls the library up to the limit. After that every number counts as a phone number. */
class Library {
  private readonly answers = new Map<string, boolean>();

  constructor(
    private readonly country: string,
    private left: number,
  ) {}

  isValid(number: string): boolean {
    const known = this.answers.get(number);
    if (known !== undefined) return known;
    this.left -= 1;
    if (this.left < 0) return true;
    const answer = phonesIn(`call ${number}`, this.country, NO_ORDERS).length > 0;
    this.answers.set(number, answer);
    return answer;
  }
}
