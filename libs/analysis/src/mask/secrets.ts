// Finds keys and tokens: those with a known prefix, and long random words.
import { matchSpans, type Span } from './span.ts';

/** Keys with the prefix of their issuer. Each form takes linear time. */
const KNOWN_KEY = new RegExp(
  `(?<![A-Za-z\\d])(?:${[
    '(?:sk|pk|rk)[-_][\\w-]{16,}',
    'gh[opsur]_[A-Za-z\\d]{16,}',
    'github_pat_\\w{16,}',
    'glpat-[\\w-]{16,}',
    'xox[abeoprs]-[\\w-]{10,}',
    'xapp-[\\w-]{16,}',
    '(?:AKIA|ASIA)[A-Z\\d]{16}',
    'AIza[\\w-]{30,}',
    'ya29\\.[\\w-]{16,}',
    'SG\\.[\\w.-]{20,}',
    '(?:npm|hf|dop_v1|shpat)_[A-Za-z\\d]{16,}',
    'wh(?:sec|sk)_[A-Za-z\\d+/=]{16,}',
    'hnja_(?:live|test)_[A-Za-z\\d]{16,}',
    'eyJ[\\w-]{8,}(?:\\.[\\w-]{1,}){0,4}',
  ].join('|')})`,
  'g',
);
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,16000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;
const BEARER = /\bbearer:?\s{1,3}([\w.~+/=-]{8,})/gi;
const BASIC = /\bbasic\s{1,3}([A-Za-z\d+/=]{12,})/gi;
const TOKEN = /(?<![\w+/=~-])[\w+/=~-]{24,}/g;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const HEX = /^[\da-f]+$/i;
const SHORTEST_HEX = 32;
const SHORTEST_MIXED = 24;
const SHORTEST_PIECE = 20;
/** Shares of adjacent characters of different kinds: a half or more in random words, a fifth in joined words. */
const SWITCHES_OF_THREE_KINDS = 0.3;
const SWITCHES_OF_TWO_KINDS = 0.22;

/** Spans of keys and tokens with a known form. */
export function knownKeySpans(text: string): Span[] {
  const bearers = matchSpans(text, BEARER, 1).filter(({ start, end }) => {
    const token = text.slice(start, end);
    return token.length >= SHORTEST_PIECE || /\d/.test(token);
  });
  const basics = matchSpans(text, BASIC, 1).filter(({ start, end }) => {
    const token = text.slice(start, end);
    return token.endsWith('=') || (/\d/.test(token) && /[a-z]/.test(token) && /[A-Z]/.test(token));
  });
  return [...matchSpans(text, PRIVATE_KEY), ...matchSpans(text, KNOWN_KEY), ...bearers, ...basics];
}

/** Spans of long random words. */
export function randomSpans(text: string): Span[] {
  return matchSpans(text, TOKEN).flatMap(({ start, end }) => {
    const token = text.slice(start, end);
    // In a URL only the secret part is masked, because the rest says what the conversation is about.
    const isPath = token.startsWith('/') || /[.:]/.test(text[start - 1] ?? '');
    return isPath ? piecesOf(text, start, end) : isRandom(token) ? [{ start, end }] : [];
  });
}

function piecesOf(text: string, start: number, end: number): Span[] {
  return matchSpans(text.slice(start, end), /[^/=]+/g)
    .map((piece) => ({ start: start + piece.start, end: start + piece.end }))
    .filter((piece) => isRandom(text.slice(piece.start, piece.end)));
}

function isRandom(token: string): boolean {
  if (!/\d/.test(token) || !/[a-z]/i.test(token) || UUID.test(token)) return false;
  const letters = token.replace(/[^A-Za-z\d]/g, '');
  if (HEX.test(letters) && letters.length >= SHORTEST_HEX && !/[-_].*[-_]/.test(token)) return true;
  if (/[a-z]/.test(letters) && /[A-Z]/.test(letters)) {
    return letters.length >= SHORTEST_MIXED && switches(letters) >= SWITCHES_OF_THREE_KINDS;
  }
  return token
    .split(/[^A-Za-z\d]/)
    .some((piece) => piece.length >= SHORTEST_PIECE && switches(piece) >= SWITCHES_OF_TWO_KINDS);
}

function switches(letters: string): number {
  let count = 0;
  for (let at = 1; at < letters.length; at += 1) {
    if (kind(letters.charCodeAt(at)) !== kind(letters.charCodeAt(at - 1))) count += 1;
  }
  return count / letters.length;
}

function kind(code: number): number {
  return code < 58 ? 0 : code < 91 ? 1 : 2;
}
