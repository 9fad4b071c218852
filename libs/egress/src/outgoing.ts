// What a call sends: its body in one of three forms, and headers that can neither end the request nor redirect it.
import type { HttpRequest } from './http-client.ts';

export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** About the connection, which is not the caller's (RFC 9110 section 7.6.1), or derived from URL and body. */
const NOT_THE_CALLERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** `token` of RFC 9110 section 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Bytes of a field's value; no CR, LF or NUL, which would begin something else. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers and body of a call. RangeError for a header that may not be sent; its value is not quoted. */
export function outgoing(call: Pick<HttpRequest, 'headers' | 'json' | 'form' | 'raw'>): Outgoing {
  const { contentType, body } = encode(call);
  const given = { accept: 'application/json', ...contentType, ...call.headers };
  const headers = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of headers) checkHeader(name, value);
  return { headers: Object.fromEntries(headers), body };
}

function checkHeader(name: string, value: string): void {
  const shown = JSON.stringify(name.slice(0, 100));
  if (!NAME.test(name)) throw new RangeError(`sending a header: ${shown} is no header name`);
  if (NOT_THE_CALLERS.has(name))
    throw new RangeError(`sending a header: ${shown} is set by the client itself; leave it out`);
  if (!VALUE.test(value)) {
    throw new RangeError(`sending a header: the value of ${shown} has characters no header can carry`);
  }
}

function encode(call: Pick<HttpRequest, 'json' | 'form' | 'raw'>): {
  readonly contentType: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
} {
  if (call.raw !== undefined) {
    return { contentType: { 'content-type': call.raw.contentType }, body: call.raw.bytes };
  }
  if (call.json !== undefined) {
    return {
      contentType: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(call.json),
    };
  }
  if (call.form !== undefined) {
    const body = new URLSearchParams(call.form).toString();
    return { contentType: { 'content-type': 'application/x-www-form-urlencoded' }, body };
  }
  return { contentType: {}, body: null };
}
