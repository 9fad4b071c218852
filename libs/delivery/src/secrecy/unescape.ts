// Undoes escapes of URLs, JSON and HTML, and remembers where each byte was in the original text.

/** A text with some layers of escapes undone. */
export interface DecodedText {
  /** One character per byte. */
  readonly bytes: string;
  /** The offset of byte n in the original, and one entry for the end. Absent when nothing was undone. */
  readonly origins?: Uint32Array;
}

const ESCAPES =
  /%([0-9a-f]{2})|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\u([0-9a-f]{4})|\\([\\"/bfnrt])|&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text as it is. */
export function textOf(text: string): DecodedText {
  return { bytes: latin(text) };
}

/** Undoes one layer of escapes; undefined when there is none. */
export function unescapeOnce({ bytes, origins }: DecodedText): DecodedText | undefined {
  // The fast way out: this runs for every answer, and most have no escapes.
  if (!/[%\\&]/.test(bytes)) return undefined;
  const parts: string[] = [];
  const offsets = new Uint32Array(bytes.length + 1);
  let size = 0;
  let done = 0;
  // Offsets inside the text of one escape do not matter: a secret begins and ends with whole characters.
  const take = (part: string, from: number): void => {
    parts.push(part);
    for (let at = from, end = size + part.length; size < end; size++, at++) {
      offsets[size] = origins?.[at] ?? at;
    }
  };
  for (const match of bytes.matchAll(ESCAPES)) {
    take(bytes.slice(done, match.index), done);
    take(unescaped(match), match.index);
    done = match.index + match[0].length;
  }
  if (done === 0) return undefined;
  take(bytes.slice(done), done);
  offsets[size] = origins?.[bytes.length] ?? bytes.length;
  return { bytes: parts.join(''), origins: offsets };
}

function unescaped([, percent, high, low, unit, letter, hex, decimal, name]: RegExpExecArray): string {
  if (percent !== undefined) return String.fromCharCode(Number.parseInt(percent, 16));
  if (letter !== undefined) return LETTERS[letter.toLowerCase()] ?? letter;
  if (name !== undefined) return NAMES[name.toLowerCase()] ?? '';
  const units = [high, low, unit].flatMap((digits) =>
    digits === undefined ? [] : Number.parseInt(digits, 16),
  );
  if (units.length > 0) return latin(String.fromCharCode(...units));
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return latin(point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point));
}

function latin(text: string): string {
  return Buffer.from(text).toString('latin1');
}
