// Finds IPv4 and IPv6 addresses.
import { isIPv6 } from 'node:net';
import type { Span } from './span.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)';
const IPV4 = new RegExp(`(?<![\\w.])${OCTET}(?:(?:\\.|\\[\\.\\])${OCTET}){3}(?![\\w]|\\.\\d|\\[\\.\\])`, 'g');
/** Four numbers after one of these words are a version. */
const VERSION =
  /\b(?:version|versions|firmware|release|build|driver|ver\.?|v\.?)(?: (?:is|to|from|now))?:? ?$/i;
const VERSION_WINDOW = 24;
const PART_OF_IPV6 = /[\da-f:.]/i;
const LONGEST_IPV6 = 45;

/** Spans of IPv4 addresses. */
export function ipv4Spans(text: string): Span[] {
  return Array.from(text.matchAll(IPV4), ({ 0: address, index }) => ({
    start: index,
    end: index + address.length,
  })).filter(({ start }) => !VERSION.test(text.slice(Math.max(0, start - VERSION_WINDOW), start)));
}

/** Spans of IPv6 addresses. */
export function ipv6Spans(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', from)) {
    let start = colon;
    while (start > from && PART_OF_IPV6.test(text[start - 1] as string)) start -= 1;
    let end = colon + 1;
    while (end < text.length && PART_OF_IPV6.test(text[end] as string)) end += 1;
    from = end;
    const span = end - start <= LONGEST_IPV6 + 2 ? trimmed(text, start, end) : undefined;
    if (span !== undefined) spans.push(span);
  }
  return spans;
}

/** The span without the punctuation of its sentence, if it is an address. "a::b" is not one. */
function trimmed(text: string, from: number, to: number): Span | undefined {
  let start = from;
  let end = to;
  while (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':')) end -= 1;
  if (text[start] === ':' && text[start + 1] !== ':') start += 1;
  if (/\w/.test(text[start - 1] ?? '') || /[g-z_]/i.test(text[end] ?? '')) return undefined;
  const run = text.slice(start, end);
  return isIPv6(run) && /\d/.test(run) ? { start, end } : undefined;
}
