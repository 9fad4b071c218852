// What a call sends: its body in one of three forms, and headers that can neither end the request nor redirect it.
import { writeJson } from '@switchboard/contracts';
import { CODINGS } from './decoding.ts';
import type { HttpRequest } from './http-call.ts';

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

/** Names that were looked at, as they are sent. Callers use few. */
const names = new Map<string, string>();
const MAX_NAMES = 500;

/** The value of a header that no header can carry; the value is not quoted. */
export class HeaderValueError extends RangeError {
  override readonly name = 'HeaderValueError';

  constructor(
    /** In lower case. */
    readonly header: string,
  ) {
    super(`sending a header: the value of ${shown(header)} has characters no header can carry`);
  }
}

/** Headers and body of a call. RangeError for a header that may not be sent; its value is not quoted. */
export function outgoing(call: Pick<HttpRequest, 'headers' | 'json' | 'form' | 'raw'>): Outgoing {
  const { contentType, body } = encode(call);
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': CODINGS };
  if (contentType !== undefined) put(headers, 'content-type', contentType);
  const given = call.headers ?? {};
  for (const name of Object.keys(given)) put(headers, name, given[name] as string);
  return { headers, body };
}

function put(headers: Record<string, string>, name: string, value: string): void {
  const sent = names.get(name) ?? checkedName(name);
  if (!VALUE.test(value)) {
    throw new HeaderValueError(sent);
  }
  headers[sent] = value;
}

function checkedName(name: string): string {
  const sent = name.toLowerCase();
  if (!NAME.test(sent)) throw new RangeError(`sending a header: ${shown(sent)} is no header name`);
  if (NOT_THE_CALLERS.has(sent))
    throw new RangeError(`sending a header: ${shown(sent)} is set by the client itself; leave it out`);
  if (names.size >= MAX_NAMES) names.clear();
  names.set(name, sent);
  return sent;
}

function shown(name: string): string {
  return JSON.stringify(name.toLowerCase().slice(0, 100));
}

/** The body of a call and its media type; texts in it are well-formed, bytes are as they were given. */
export function encode(call: Pick<HttpRequest, 'json' | 'form' | 'raw'>): {
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array | null;
} {
  if (call.raw !== undefined) {
    return { contentType: call.raw.contentType, body: call.raw.bytes };
  }
  if (call.json !== undefined) {
    return {
      contentType: 'application/json; charset=utf-8',
      body: writeJson(call.json),
    };
  }
  if (call.form !== undefined) {
    const body = new URLSearchParams(call.form).toString();
    return { contentType: 'application/x-www-form-urlencoded', body };
  }
  return { contentType: undefined, body: null };
}
