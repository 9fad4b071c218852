// A text as an eye reads it: digits of all scripts, wide letters and odd blanks in plain ASCII, what is not seen left out.
// What is found in the reading is cut out of the text itself.

/** A reading and, for each of its UTF-16 units and for its end, where that stands in the text. Null: in the same place. */
export interface Reading {
  readonly text: string;
  readonly places: Uint32Array | null;
}

const BEYOND_ASCII = /[\u0080-\uffff]/;
const UNSEEN = /^[\p{Cf}\p{Mn}\p{Me}]$/u;
const BLANK = /^[\p{Zs}\u115f\u1160\u2800\u3164\uffa0]$/u;
const LINE_END = /^[\u0085\u2028\u2029]$/;
const DIGIT = /^\p{Nd}$/u;
const DASH = /^[\p{Pd}\u2212]$/u;
const DOT = /^[\u00b7\u2022\u2024\u2219\u22c5\u3002\uff61]$/;
const ASCII = /^[!-~]$/;
/** Scripts have their digits in rows of ten; some rows stand in line, and fifty is the longest line. */
const LONGEST_LINE_OF_DIGITS = 60;

/** Reads `text`; the reading is never longer than the text. */
export function read(text: string): Reading {
  if (!BEYOND_ASCII.test(text)) return { text, places: null };
  const places = new Uint32Array(text.length + 1);
  const pieces: string[] = [];
  const met = new Map<number, string | undefined>();
  let length = 0;
  let plainFrom = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const units = code > 0xffff ? 2 : 1;
    const seen = isOrdinary(code) ? undefined : remembered(met, code);
    if (seen === undefined) for (let unit = 0; unit < units; unit += 1) places[length++] = at + unit;
    else {
      pieces.push(text.slice(plainFrom, at), seen);
      if (seen !== '') places[length++] = at;
      plainFrom = at + units;
    }
    at += units;
  }
  pieces.push(text.slice(plainFrom));
  places[length] = text.length;
  return { text: pieces.join(''), places };
}

/** ASCII and the letters that most texts are made of: they are read as they are. */
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

function remembered(met: Map<number, string | undefined>, code: number): string | undefined {
  if (!met.has(code)) met.set(code, asSeen(code));
  return met.get(code);
}

/** The one ASCII character that `code` is read as, nothing where it is not seen, undefined where it stands for itself. */
function asSeen(code: number): string | undefined {
  const character = String.fromCodePoint(code);
  if (UNSEEN.test(character)) return '';
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
  while (before < LONGEST_LINE_OF_DIGITS && DIGIT.test(String.fromCodePoint(code - before - 1))) before += 1;
  return before % 10;
}
