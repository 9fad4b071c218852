// A replacement of `fetch` for SDKs: their calls go through our client, with our limits, pools and metrics, and without
// redirects or proxies of the environment.
import type { HttpReply, HttpRequest } from './http-call.ts';
import type { HttpClient } from './http-client.ts';

export interface FetchOverOptions {
  /** The time limit of a call, in milliseconds. Default: that of the client. */
  readonly timeoutMs?: number;
}

/** RFC 9110: responses with these statuses have no body, and the `Response` constructor insists on it. */
const BODILESS = new Set([204, 205, 304]);
const MAX_STATUS = 599;

/**
 * A `fetch` over `client`, counted under `endpoint`. It accepts only a URL, and only text as a body; it throws TypeError for
 * others. Without a complete response it throws the client's `EgressError`, also when `init.signal` ends the call. Redirects
 * are returned as responses.
 */
export function fetchOver(
  client: HttpClient,
  endpoint: string,
  options: FetchOverOptions = {},
): typeof fetch {
  return async (input, init = {}) => {
    const call = requestOf(input, init);
    // The client keeps a listener on each signal. The caller's signal may outlive thousands of calls, so the client gets a
    // signal that ends with the call.
    const own = new AbortController();
    const { signal } = init;
    const end = () => own.abort(signal?.reason);
    if (signal?.aborted) end();
    signal?.addEventListener('abort', end, { once: true });
    try {
      return responseOf(await client.request({ ...call, ...options, endpoint, signal: own.signal }));
    } finally {
      signal?.removeEventListener('abort', end);
    }
  };
}

function requestOf(input: string | URL | Request, init: RequestInit): Omit<HttpRequest, 'endpoint'> {
  if (typeof input !== 'string' && !(input instanceof URL)) {
    throw new TypeError('fetching: a Request is not accepted; pass its URL and options');
  }
  const { body } = init;
  if (typeof body !== 'string' && body !== undefined && body !== null) {
    throw new TypeError('fetching: only text is accepted as a body; convert it first');
  }
  const { 'content-type': contentType = 'text/plain;charset=UTF-8', ...headers } = Object.fromEntries(
    new Headers(init.headers),
  );
  return {
    method: (init.method ?? 'GET').toUpperCase() as HttpRequest['method'],
    url: String(input),
    headers,
    ...(typeof body === 'string' ? { raw: { contentType, bytes: body } } : {}),
  };
}

function responseOf({ status, headers, text }: HttpReply): Response {
  return new Response(BODILESS.has(status) ? null : text, {
    // RFC 9110 section 15: an invalid status counts as a server error.
    status: status > MAX_STATUS ? 500 : status,
    headers,
  });
}
