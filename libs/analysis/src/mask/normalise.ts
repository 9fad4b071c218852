// Normalises a text for the detectors: digits of all scripts, wide letters and unusual spaces become ASCII, and invisible
// characters are left out. Offsets map a span of the normalised text to the original one.

/** `offsets`: for each UTF-16 unit of `text` and for its end, the index in the original. Null: all are the same. */
export interface NormalisedText {
  readonly text: string;
  readonly offsets: Uint32Array | null;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;
const INVISIBLE = /^[\p{Cf}\p{Mn}\p{Me}]$/u;
const BLANK = /^[\p{Zs}\u115f\u1160\u2800\u3164\uffa0]$/u;
const LINE_END = /^[\u0085\u2028\u2029]$/;
const DIGIT = /^\p{Nd}$/u;
const DASH = /^[\p{Pd}\u2212]$/u;
const DOT = /^[\u00b7\u2022\u2024\u2219\u22c5\u3002\uff61]$/;
const ASCII = /^[!-~]$/;
/** Unicode has the digits of a script in blocks of ten. The longest sequence of adjoining blocks has fifty digits. */
const LONGEST_DIGIT_SEQUENCE = 60;

/** Normalises `text`. The result is never longer than `text`. */
export function normalise(text: string): NormalisedText {
  if (!BEYOND_ASCII.test(text)) return { text, offsets: null };
  const offsets = new Uint32Array(text.length + 1);
  const pieces: string[] = [];
  const cache = new Map<number, string | undefined>();
  let length = 0;
  let plainFrom = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    const replacement = isOrdinary(code) ? undefined : cachedReplacement(cache, code);
    if (replacement === undefined) for (let unit = 0; unit < units; unit += 1) offsets[length++] = at + unit;
    else {
      pieces.push(text.slice(plainFrom, at), replacement);
      if (replacement !== '') offsets[length++] = at;
      plainFrom = at + units;
    }
    at += units;
  }
  pieces.push(text.slice(plainFrom));
  offsets[length] = text.length;
  return { text: pieces.join(''), offsets };
}

/** ASCII and the most frequent letters, which are never replaced. */
function isOrdinary(code: number): boolean {
  return (
    code < 0x80 ||
    (code >= 0xc0 && code < 0x300) ||
    (code >= 0x370 && code < 0x483) ||
    (code >= 0x3041 && code < 0x3130) ||
    (code >= 0x3400 && code < 0xa000) ||
    (code >= 0xac00 && code < 0xd7a4)
  );
}

function cachedReplacement(cache: Map<number, string | undefined>, code: number): string | undefined {
  if (!cache.has(code)) cache.set(code, replacementOf(code));
  return cache.get(code);
}

/** The ASCII character that replaces `code`; empty for an invisible character; undefined if `code` stays. */
function replacementOf(code: number): string | undefined {
  const character = String.fromCodePoint(code);
  if (INVISIBLE.test(character)) return '';
  if (BLANK.test(character)) return ' ';
  if (LINE_END.test(character)) return '\n';
  if (DIGIT.test(character)) return String(digitOf(code));
  if (DASH.test(character)) return '-';
  if (DOT.test(character)) return '.';
  const plain = character.normalize('NFKC');
  return ASCII.test(plain) ? plain : undefined;
}

function digitOf(code: number): number {
  let before = 0;
  while (before < LONGEST_DIGIT_SEQUENCE && DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}
