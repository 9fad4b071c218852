// Answers that come compressed (RFC 9110, section 8.4). Gateways compress whether they were asked or not, so what is named
// here is asked for, and whatever comes is decoded, never beyond the bytes that an answer may have.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** What we ask for. */
export const CODINGS = 'gzip, deflate, br';

/** Nobody compresses more often than that in earnest. */
const MAX_CODINGS = 3;
const NOTHING = Buffer.alloc(0);

type Decode = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  // RFC 1950 begins with its method, 8; some servers send the bare RFC 1951.
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options),
  br: brotliDecompressSync,
  identity: (bytes) => bytes,
};

/**
 * The body behind a `content-encoding`, or `too large` when it has more than `maxBytes`. One that cannot be decoded is
 * empty, as one that cannot be read is: its status has been heard all the same.
 */
export function decoded(bytes: Buffer, contentEncoding: string, maxBytes: number): Buffer | 'too large' {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '');
  if (codings.length > MAX_CODINGS) return NOTHING;
  let body = bytes;
  for (const coding of codings.reverse()) {
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    if (decode === undefined || body.length === 0) return NOTHING;
    try {
      body = decode(body, { maxOutputLength: maxBytes });
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : NOTHING;
    }
  }
  return body;
}
