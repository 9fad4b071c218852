// What is stored of a call and its answer: people read it, so no secret may be in it, however the other side wrote it.
import { type Needle, needlesOf } from './needles.ts';
import { unescaped, type View, viewOf } from './unescape.ts';

const MASK = '***';
const BASE64 = /[A-Za-z0-9+/_-]/;
/** Layers of escapes that are looked through: JSON in JSON in a URL. */
const LAYERS = 3;
/** More of an answer than this is not looked at for an excerpt of it. */
const WINDOW_BYTES = 64 * 1024;
/** Bytes that one byte of a secret takes when it is escaped (`\u0041`). */
const ESCAPED_BYTES = 6;

const MAX_PLACES = 64;

type Range = readonly [from: number, to: number];

/** Masks certain secrets. Made once per set of secrets, and used for everything that is stored about their calls. */
export class SecretMask {
  private readonly needles: readonly Needle[];
  private readonly longest: number;
  private readonly places = new Map<string, { readonly host: string; readonly path: string }>();

  constructor(secrets: readonly string[]) {
    this.needles = needlesOf(secrets);
    this.longest = Math.max(0, ...this.needles.map(({ bytes }) => bytes.length));
  }

  /**
   * The text with `***` for every secret: as it is, escaped for URLs, JSON or HTML, or inside base64. Secrets of fewer
   * than four characters stay.
   */
  mask(text: string): string {
    const view = viewOf(text);
    const ranges = this.find(view);
    return ranges.length === 0 ? text : shown(view.bytes, ranges, view.bytes.length);
  }

  /** The first bytes of a text, masked before it is cut, whole characters only, without NUL (Postgres takes none). */
  excerpt(text: string, maxBytes = 2048): string {
    const view = viewOf(text.slice(0, WINDOW_BYTES));
    // A secret that the window cuts in two would not be found.
    const cut = text.length > WINDOW_BYTES ? this.longest * ESCAPED_BYTES : 0;
    const masked = Buffer.from(shown(view.bytes, this.find(view), view.bytes.length - cut));
    let end = Math.min(maxBytes, masked.length);
    while (end > 0 && end < masked.length && ((masked[end] as number) & 0xc0) === 0x80) end--;
    return masked.toString('utf8', 0, end).replaceAll('\0', ' ');
  }

  /** Host, and path and query as `path` shows them. Sinks call few addresses, so the last ones are remembered. */
  place(url: string): { readonly host: string; readonly path: string } {
    let place = this.places.get(url);
    if (place === undefined) {
      place = { host: URL.canParse(url) ? new URL(url).host : '', path: this.path(url) };
      if (this.places.size >= MAX_PLACES) this.places.clear();
      this.places.set(url, place);
    }
    return place;
  }

  /** Path and query of a URL, masked, without the query's values; empty for what is no URL. */
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

  /** Where secrets are, in order, none overlapping another. */
  private find(text: View): Range[] {
    const found: Range[] = [];
    let view: View | undefined = text;
    for (let layer = 0; view !== undefined && this.needles.length > 0; layer++) {
      for (const needle of this.needles) collect(view, needle, found);
      view = layer < LAYERS ? unescaped(view) : undefined;
    }
    return merged(found);
  }
}

function collect({ bytes, origins }: View, { bytes: needle, edges }: Needle, found: Range[]): void {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
    let [from, to] = [at, at + needle.length];
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

function shown(bytes: string, ranges: readonly Range[], end: number): string {
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
