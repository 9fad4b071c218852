// What an SDK is given in place of `fetch`: its calls go through our client, with our limits, pools and counts, follow no
// redirect and take no proxy from the environment.
import type { HttpReply, HttpRequest } from './http-call.ts';
import type { HttpClient } from './http-client.ts';

export interface FetchOverOptions {
  /** Longest call, in milliseconds. Default: that of the client. */
  readonly timeoutMs?: number;
}

/** RFC 9110: answers that have no body, which a `Response` insists on. */
const BODILESS = new Set([204, 205, 304]);
const GREATEST_STATUS = 599;

/**
 * A `fetch` over `client`, counted under `endpoint`. It takes a URL and, as a body, text alone; TypeError for others. Where
 * there is no whole answer it throws the client's `EgressError`, also when `init.signal` ends the call; redirects are
 * answers.
 */
export function fetchOver(
  client: HttpClient,
  endpoint: string,
  options: FetchOverOptions = {},
): typeof fetch {
  return async (input, init = {}) => {
    const call = requestOf(input, init);
    // The client keeps a listener on every signal it is given. The caller's may outlive thousands of calls, so the client
    // is given one that ends with the call.
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
    throw new TypeError('fetching: takes a URL, not a Request; give its URL and options');
  }
  const { body } = init;
  if (typeof body !== 'string' && body !== undefined && body !== null) {
    throw new TypeError('fetching: takes text as a body and nothing else; write it out first');
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
    // RFC 9110 section 15: a status that is none counts as trouble of the server.
    status: status > GREATEST_STATUS ? 500 : status,
    headers,
  });
}
