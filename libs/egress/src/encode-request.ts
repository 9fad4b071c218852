// Encodes a call: its body in one of three forms, and checked headers that can neither end the request nor redirect it.
import { writeJson } from '@switchboard/contracts';
import { CODINGS } from './decode-body.ts';
import type { HttpRequest } from './http-call.ts';

export interface EncodedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** Headers that callers must not set: about the connection (RFC 9110 section 7.6.1), or derived from URL and body. */
const FORBIDDEN_HEADERS = new Set([
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
/** Bytes of a field's value: no CR, LF or NUL, which would end it. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A cache of checked names, as they are sent. Callers use few. */
const names = new Map<string, string>();
const MAX_NAMES = 500;

/** A header's value contains characters that cannot be sent. The message does not quote the value. */
export class HeaderValueError extends RangeError {
  override readonly name = 'HeaderValueError';

  constructor(
    /** In lower case. */
    readonly header: string,
  ) {
    super(`sending a header: the value of ${shown(header)} has characters that cannot be sent in a header`);
  }
}

/** Headers and body of a call. Throws RangeError for a header that must not be sent, without its value. */
export function encodeRequest(call: Pick<HttpRequest, 'headers' | 'json' | 'form' | 'raw'>): EncodedRequest {
  const { contentType, body } = encodeBody(call);
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': CODINGS };
  if (contentType !== undefined) setHeader(headers, 'content-type', contentType);
  const given = call.headers ?? {};
  for (const name of Object.keys(given)) setHeader(headers, name, given[name] as string);
  return { headers, body };
}

function setHeader(headers: Record<string, string>, name: string, value: string): void {
  const sent = names.get(name) ?? checkedName(name);
  if (!VALUE.test(value)) {
    throw new HeaderValueError(sent);
  }
  headers[sent] = value;
}

function checkedName(name: string): string {
  const sent = name.toLowerCase();
  if (!NAME.test(sent)) throw new RangeError(`sending a header: ${shown(sent)} is not a header name`);
  if (FORBIDDEN_HEADERS.has(sent))
    throw new RangeError(`sending a header: ${shown(sent)} is set by the client itself; leave it out`);
  if (names.size >= MAX_NAMES) names.clear();
  names.set(name, sent);
  return sent;
}

function shown(name: string): string {
  return JSON.stringify(name.toLowerCase().slice(0, 100));
}

/** The body of a call and its media type. Text in it is made well-formed Unicode; bytes are unchanged. */
export function encodeBody(call: Pick<HttpRequest, 'json' | 'form' | 'raw'>): {
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
