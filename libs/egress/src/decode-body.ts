// Decodes compressed responses (RFC 9110, section 8.4), within the size limit of a response. Some gateways compress even if
// nobody has asked for it.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** The value of `accept-encoding`. */
export const CODINGS = 'gzip, deflate, br';

/** More layers of compression than this are not honest. */
const MAX_CODINGS = 3;
const NOTHING = Buffer.alloc(0);

type Decode = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  // RFC 1950 begins with its method, 8; some servers send RFC 1951 without that header.
  deflate: (bytes, options) =>
    ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options),
  br: brotliDecompressSync,
  identity: (bytes) => bytes,
};

/**
 * Decodes a body by its `content-encoding`. Returns `too large` when the result has more than `maxBytes`. A body that cannot
 * be decoded is returned empty, because its status is still useful.
 */
export function decodeBody(bytes: Buffer, contentEncoding: string, maxBytes: number): Buffer | 'too large' {
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
