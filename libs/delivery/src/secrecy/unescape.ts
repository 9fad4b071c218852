// Text as it was before somebody escaped it for a URL, JSON or HTML, with the place of each byte in what we have.

/** Bytes as a string of one character each, so that places are bytes whatever was escaped. */
export interface View {
  readonly bytes: string;
  /** Where byte n comes from; one entry more for the end. Absent: each is where it is. */
  readonly origins?: Uint32Array;
}

const ESCAPES =
  /%([0-9a-f]{2})|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|\\u([0-9a-f]{4})|\\([\\"/bfnrt])|&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The view of a text. */
export function viewOf(text: string): View {
  return { bytes: latin(text) };
}

/** A view with one layer of escapes undone; undefined where there is none. */
export function unescaped({ bytes, origins }: View): View | undefined {
  // Most text has none, and every answer is looked at.
  if (!/[%\\&]/.test(bytes)) return undefined;
  const parts: string[] = [];
  const places = new Uint32Array(bytes.length + 1);
  let size = 0;
  let done = 0;
  // Within what one escape stands for places are of no use: a secret begins and ends with whole characters.
  const take = (part: string, from: number): void => {
    parts.push(part);
    for (let at = from, end = size + part.length; size < end; size++, at++) {
      places[size] = origins?.[at] ?? at;
    }
  };
  for (const match of bytes.matchAll(ESCAPES)) {
    take(bytes.slice(done, match.index), done);
    take(meant(match), match.index);
    done = match.index + match[0].length;
  }
  if (done === 0) return undefined;
  take(bytes.slice(done), done);
  places[size] = origins?.[bytes.length] ?? bytes.length;
  return { bytes: parts.join(''), origins: places };
}

function meant([, percent, high, low, unit, letter, hex, decimal, name]: RegExpExecArray): string {
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
