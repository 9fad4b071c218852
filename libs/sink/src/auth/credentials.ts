// Credentials that go along as they are: a bearer token, user and password, a key in a header or in the query.

import type { Auth } from './auth.ts';
import { AuthError } from './auth-error.ts';
import { headerName, withHeader } from './header.ts';

// RFC 7617, section 2: neither part may hold one.
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

/** User and password of HTTP Basic; either may be the key of an API, the other one a filler or empty. */
export interface BasicOptions<Config> {
  readonly user: (config: Config) => string;
  readonly password: (config: Config) => string;
}

/** `Authorization: Basic …`, in UTF-8 (RFC 7617). */
export function basic<Config>({ user, password }: BasicOptions<Config>): Auth<Config> {
  return {
    async authorize(request, { config }) {
      const [name, word] = [user(config), password(config)];
      // A colon would move the border between the two.
      if (name.includes(':') || CONTROL.test(name + word)) {
        throw new AuthError(
          'UNUSABLE',
          'sending user and password: the user holds a colon, or one of them a control character; set them again',
        );
      }
      const pair = Buffer.from(`${name}:${word}`).toString('base64');
      return withHeader(request, 'authorization', `Basic ${pair}`, 'sending user and password');
    },
    secrets: ({ config }) => [user(config), password(config)],
  };
}

/** Where an API's key goes: a header or a query parameter. */
export type ApiKeyOptions<Config> = { readonly value: (config: Config) => string } & (
  | { readonly header: string; readonly query?: never }
  | { readonly query: string; readonly header?: never }
);

/** A key in a header or in the query. Throws a RangeError for a header that cannot exist. */
export function apiKey<Config>(options: ApiKeyOptions<Config>): Auth<Config> {
  const { value } = options;
  // An answer may repeat the key without the word in front of it (`Token …`).
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
      // No call is made to what is no URL; the client says so.
      if (!URL.canParse(request.url)) return request;
      // What the sink wrote stays as it is written: a signature may cover it.
      const url = new URL(request.url);
      const pairs = [url.search.slice(1), `${name}=${encodeURIComponent(key)}`];
      url.search = pairs.filter((pair) => pair !== '').join('&');
      return { ...request, url: url.href };
    },
    secrets,
  };
}
