// Finds email addresses, also disguised ones: "john (at) example dot com".
import type { Span } from './span.ts';

const LETTER = String.raw`\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}`;
const DOT = String.raw`(?:\.|\s{0,3}[([{<]\s{0,2}(?:dot|\.)\s{0,2}[)\]}>]\s{0,3}|\s{1,3}(?:dot|\.)\s{1,3}|\s{0,3}[-_]dot[-_]\s{0,3})`;
/** The part between name and domain. The bare word "at" needs further signs of an address. */
const AT =
  /\s{0,3}(?:@|%40|&#0?64;|&commat;|[([{<]\s{0,2}(?:at|@)\s{0,2}[)\]}>])\s{0,3}|\s{0,3}[-_]at[-_]\s{0,3}|(\s{1,3}at\s{1,3})/gi;
const DOMAIN = new RegExp(
  `[${LETTER}\\d][${LETTER}\\d-]{0,62}(?:${DOT}[${LETTER}\\d-]{1,63}){0,5}${DOT}[${LETTER}][${LETTER}\\d-]{1,62}`,
  'iuy',
);
/** Excludes scripts without spaces between words: the beginning of a name cannot be recognised in them. */
const NOT_UNSPACED_SCRIPT =
  '(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}])';
const LOCAL = new RegExp(`[${LETTER}\\d.!#$%&'*+^_\`{|}~-]|${NOT_UNSPACED_SCRIPT}[\\p{L}\\p{M}]`, 'u');
const ANY_LETTER = new RegExp(`[${LETTER}\\d]|${NOT_UNSPACED_SCRIPT}\\p{L}`, 'u');
const UNSPACED_LOCAL = /[\p{L}\p{M}\d._-]/u;
const LONGEST_UNSPACED = 64;
const SPELLED_DOT =
  /(?:\s{0,3}[([{<]\s{0,2}(?:dot|\.)\s{0,2}[)\]}>]\s{0,3}|\s{1,3}dot\s{1,3}|\s{0,3}[-_]dot[-_]\s{0,3})$/i;
const LONGEST_SPELLED_DOT = 15;
const MOST_SPELLED_DOTS = 4;
const LONGEST_QUOTED = 64;
const MAIL_CUE = /\b(?:e-?mails?|mail|address|inbox|write to)\b[^@]{0,40}$/i;
const CUE_WINDOW = 60;
const MAIL_HOSTS =
  /^(?:g(?:oogle)?mail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|pm|aol|gmx|live|msn|yandex|zoho|fastmail)\b/i;
/** Words before "at" that are not a name. */
const NOT_A_NAME =
  /^(?:is|are|was|were|be|look|looking|looked|me|us|them|you|it|that|this|order|ordered|orders|bought|buy|buying|found|saw|see|seen|site|website|shop|store|page|account|available|listed|shown|here|there|work|working|product|products|item|items|and|or|also|now|up|arrived|arrive|live)$/i;

/** Spans of addresses. Takes linear time: each character is read a limited number of times. */
export function emailSpans(text: string): Span[] {
  const spans: Span[] = [];
  let floor = 0;
  for (const match of text.matchAll(AT)) {
    const at = match.index;
    const after = at + match[0].length;
    DOMAIN.lastIndex = after;
    const domain = DOMAIN.exec(text)?.[0];
    const start = domain === undefined ? at : localStart(text, at, floor);
    floor = after;
    if (domain === undefined || start === at) continue;
    if (match[1] !== undefined && !isSpelledAddress(text.slice(start, at), domain, text, start)) continue;
    spans.push({ start, end: after + domain.length });
  }
  return spans;
}

/** Whether "john at example.com" is an address. "bought at example.com" is not. */
function isSpelledAddress(local: string, domain: string, text: string, start: number): boolean {
  if (NOT_A_NAME.test(local)) return false;
  if (MAIL_HOSTS.test(domain) || /dot/i.test(domain)) return true;
  return MAIL_CUE.test(text.slice(Math.max(0, start - CUE_WINDOW), start));
}

/** The start of the name before an "at"; `at` itself when there is no name. */
function localStart(text: string, at: number, floor: number): number {
  if (text[at - 1] === '"') {
    const quote = text.lastIndexOf('"', at - 2);
    if (quote >= floor && at - quote <= LONGEST_QUOTED) return quote;
  }
  let start = wordStart(text, at, floor);
  for (let dots = 0; dots < MOST_SPELLED_DOTS && start < at; dots += 1) {
    const dot = SPELLED_DOT.exec(text.slice(Math.max(floor, start - LONGEST_SPELLED_DOT), start))?.[0];
    if (dot === undefined) break;
    const earlier = wordStart(text, start - dot.length, floor);
    if (earlier === start - dot.length) break;
    start = earlier;
  }
  return start === at ? unspacedStart(text, at, floor) : start;
}

/** The start of a name in a script without spaces. It may include the word before the name. */
function unspacedStart(text: string, at: number, floor: number): number {
  let start = at;
  const first = Math.max(floor, at - LONGEST_UNSPACED);
  while (start > first && UNSPACED_LOCAL.test(text[start - 1] as string)) start -= 1;
  return start;
}

function wordStart(text: string, end: number, floor: number): number {
  let start = end;
  while (start > floor && LOCAL.test(text[start - 1] as string)) start -= 1;
  while (start < end && !ANY_LETTER.test(text[start] as string)) start += 1;
  return start;
}
