// Masks secrets in what is stored about a call and its answer. People read it, and the other side may repeat a secret in
// any form.
import { formsOf, type SecretForm } from './secret-forms.ts';
import { type DecodedText, textOf, unescapeOnce } from './unescape.ts';

const MASK = '***';
const BASE64 = /[A-Za-z0-9+/_-]/;
/** Layers of escapes that are undone: JSON in JSON in a URL. */
const MAX_LAYERS = 3;
/** An excerpt is taken from this much of an answer. */
const WINDOW_BYTES = 64 * 1024;
/** Bytes of one byte of a secret when it is escaped (`\u0041`). */
const ESCAPED_BYTES = 6;
/** Addresses that a mask remembers. */
const MAX_PLACES = 64;

type Range = readonly [from: number, to: number];

/** Makes the mask for an integration's secrets and those given. The last mask is kept while the secrets are the same. */
export type MaskSource = (more?: readonly string[]) => SecretMask;

/** Masks certain secrets. Made once per set of secrets and used for everything that is stored about its calls. */
export class SecretMask {
  private readonly forms: readonly SecretForm[];
  private readonly longest: number;
  private readonly places = new Map<string, { readonly host: string; readonly path: string }>();

  constructor(secrets: readonly string[]) {
    this.forms = formsOf(secrets);
    this.longest = Math.max(0, ...this.forms.map(({ bytes }) => bytes.length));
  }

  /**
   * The text with `***` for every secret: as it is, escaped for URLs, JSON or HTML, or inside base64. Secrets of fewer
   * than four characters are not masked.
   */
  mask(text: string): string {
    const decoded = textOf(text);
    const ranges = this.find(decoded);
    return ranges.length === 0 ? text : masked(decoded.bytes, ranges, decoded.bytes.length);
  }

  /** The first bytes of a text: masked before it is cut, whole characters, without NUL (which Postgres refuses). */
  excerpt(text: string, maxBytes = 2048): string {
    const decoded = textOf(text.slice(0, WINDOW_BYTES));
    // The end of the window may cut a secret in two, and the first half would not be found.
    const cut = text.length > WINDOW_BYTES ? this.longest * ESCAPED_BYTES : 0;
    const bytes = Buffer.from(masked(decoded.bytes, this.find(decoded), decoded.bytes.length - cut));
    let end = Math.min(maxBytes, bytes.length);
    while (end > 0 && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    return bytes.toString('utf8', 0, end).replaceAll('\0', ' ');
  }

  /** The host of a URL, and what `path` makes of it. Cached, because a sink calls few addresses. */
  place(url: string): { readonly host: string; readonly path: string } {
    let place = this.places.get(url);
    if (place === undefined) {
      place = { host: URL.canParse(url) ? new URL(url).host : '', path: this.path(url) };
      if (this.places.size >= MAX_PLACES) this.places.clear();
      this.places.set(url, place);
    }
    return place;
  }

  /** Path and query of a URL, masked, without the values in the query; empty when it is not a URL. */
  path(url: string): string {
    if (!URL.canParse(url)) return '';
    const { pathname, search } = new URL(url);
    if (search === '') return this.mask(pathname);
    const query = search
      .slice(1)
      .split('&')
      .filter((pair) => pair !== '')
      // A name without a value may be a secret itself.
      .map((pair) => (pair.includes('=') ? pair.replace(/=.*/s, `=${MASK}`) : MASK));
    return this.mask(`${pathname}?${query.join('&')}`);
  }

  /** Where secrets are in the original text: in order, without overlaps. */
  private find(text: DecodedText): Range[] {
    const found: Range[] = [];
    let decoded: DecodedText | undefined = text;
    for (let layer = 0; decoded !== undefined && this.forms.length > 0; layer++) {
      for (const form of this.forms) collect(decoded, form, found);
      decoded = layer < MAX_LAYERS ? unescapeOnce(decoded) : undefined;
    }
    return merged(found);
  }
}

/** The masks of an integration. */
export function cachedMask(secrets: readonly string[]): MaskSource {
  let mask = new SecretMask(secrets);
  let last: readonly string[] = [];
  return (more = []) => {
    if (more.length !== last.length || more.some((secret, index) => secret !== last[index])) {
      mask = new SecretMask([...secrets, ...more]);
      last = [...more];
    }
    return mask;
  };
}

function collect({ bytes, origins }: DecodedText, { bytes: form, edges }: SecretForm, found: Range[]): void {
  for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + form.length)) {
    let [from, to] = [at, at + form.length];
    if (edges) {
      if (BASE64.test(bytes[from - 1] ?? '')) from--;
      if (BASE64.test(bytes[to] ?? '')) to++;
    }
    found.push([origins?.[from] ?? from, origins?.[to] ?? to]);
  }
}

function merged(found: Range[]): Range[] {
  const ranges: [number, number][] = [];
  for (const [from, to] of found.sort((a, b) => a[0] - b[0])) {
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return ranges;
}

function masked(bytes: string, ranges: readonly Range[], end: number): string {
  const parts: string[] = [];
  let done = 0;
  for (const [from, to] of ranges) {
    if (from >= end) break;
    parts.push(bytes.slice(done, from), MASK);
    done = to;
  }
  if (done < end) parts.push(bytes.slice(done, end));
  return Buffer.from(parts.join(''), 'latin1').toString('utf8');
}
