// Credentials that are sent as they are: a bearer token, user and password, an API key in a header or in the query. A value
// that no header can carry is the fault of a setting, and is found before anything is sent.
import { type Auth, AuthError, type OutgoingRequest } from './auth.ts';

// RFC 7617, section 2: neither user nor password may contain one.
const CONTROL = /[\x00-\x1f\x7f]/;

/** `Authorization: Bearer …` with a token that does not expire, or that people renew. */
export function bearer<Config>(token: (config: Config) => string): Auth<Config> {
  return {
    async authorize(request, { config }) {
      return withHeader(request, 'authorization', `Bearer ${token(config)}`, 'sending the access token');
    },
    secrets: ({ config }) => [token(config)],
  };
}

/** User and password of HTTP Basic. Either may be an API key, with a filler or nothing as the other. */
export interface BasicOptions<Config> {
  readonly user: (config: Config) => string;
  readonly password: (config: Config) => string;
}

/** `Authorization: Basic …`, in UTF-8 (RFC 7617). */
export function basic<Config>({ user, password }: BasicOptions<Config>): Auth<Config> {
  return {
    async authorize(request, { config }) {
      const [name, secret] = [user(config), password(config)];
      // A colon would end the user early.
      if (name.includes(':') || CONTROL.test(name + secret)) {
        throw new AuthError(
          'UNUSABLE',
          'sending user and password: the user has a colon, or one of them a control character; set them again',
        );
      }
      const pair = Buffer.from(`${name}:${secret}`).toString('base64');
      return withHeader(request, 'authorization', `Basic ${pair}`, 'sending user and password');
    },
    secrets: ({ config }) => [user(config), password(config)],
  };
}

/** Where an API key goes: into a header or a query parameter. */
export type ApiKeyOptions<Config> = { readonly value: (config: Config) => string } & (
  | { readonly header: string; readonly query?: never }
  | { readonly query: string; readonly header?: never }
);

/** A key in a header or in the query. Throws RangeError for an invalid header name. */
export function apiKey<Config>(options: ApiKeyOptions<Config>): Auth<Config> {
  const { value } = options;
  // An answer may contain the key without the word before it (`Token …`).
  const secrets: Auth<Config>['secrets'] = ({ config }) => [
    value(config),
    ...value(config).split(/\s+/).slice(1),
  ];
  if (options.header !== undefined) {
    const name = headerName(options.header);
    return {
      async authorize(request, { config }) {
        return withHeader(request, name, value(config), 'sending the API key');
      },
      secrets,
    };
  }
  const name = encodeURIComponent(options.query);
  return {
    async authorize(request, { config }) {
      const key = value(config);
      if (key === '') throw new AuthError('UNUSABLE', 'sending the API key: it is empty; set it again');
      // The client refuses what is not a URL.
      if (!URL.canParse(request.url)) return request;
      // The sink's part of the query stays as it is: a signature may cover it.
      const url = new URL(request.url);
      const pairs = [url.search.slice(1), `${name}=${encodeURIComponent(key)}`];
      url.search = pairs.filter((pair) => pair !== '').join('&');
      return { ...request, url: url.href };
    },
    secrets,
  };
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
// Visible ASCII with gaps inside. A pasted line break or a typographic quote is refused.
const VALUE = /^[\x21-\x7e]+(?:[ \t]+[\x21-\x7e]+)*$/;

/** Checks the header name in a sink's declaration. Throws RangeError: the sink's author must fix it. */
export function headerName(name: string): string {
  if (!TOKEN.test(name)) throw new RangeError(`naming a header: "${name}" is not a valid header name`);
  return name.toLowerCase();
}

/** Sets one header, in place of the sink's own in any case. `what` says in the error what was being done. */
export function withHeader(
  request: OutgoingRequest,
  name: string,
  value: string,
  what: string,
): OutgoingRequest {
  if (!VALUE.test(value)) {
    throw new AuthError(
      'UNUSABLE',
      `${what}: it is empty or has characters that no header can carry; set it again`,
    );
  }
  const others = Object.entries(request.headers).filter(([other]) => other.toLowerCase() !== name);
  return { ...request, headers: { ...Object.fromEntries(others), [name]: value } };
}
