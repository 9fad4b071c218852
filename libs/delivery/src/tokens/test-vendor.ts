// For the specs of OAuth 2: a vendor with a token endpoint, and an API that takes the last token given.
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';

export interface VendorOptions {
  /** Each refresh token works once. */
  readonly rotates?: boolean;
  /** What the endpoint promises. */
  readonly expiresIn?: unknown;
}

/** A vendor on a free port; what it does can be changed while it runs. */
export interface Vendor extends HttpStub {
  /** Forms that came to the token endpoint. */
  readonly refreshes: Record<string, string>[];
  /** Calls to the API, and what they were answered. */
  readonly calls: { readonly token: string; readonly status: number }[];
  /** Answers the token endpoint's calls as long as it is there. */
  trouble: StubAnswer | undefined;
  /** The API cuts every connection. */
  apiDown: boolean;
  /** From now on the access token is worth nothing. */
  expire(): void;
  /** From now on only this refresh token is worth something, and no access token. */
  connect(refreshToken: string): void;
}

/** Starts a vendor that takes `refresh-0-from-settings`. */
export async function vendor({ rotates = false, expiresIn }: VendorOptions = {}): Promise<Vendor> {
  let given = 0;
  let valid: string | undefined;
  let next = 'refresh-0-from-settings';

  const giveTokens = (form: Record<string, string>): StubAnswer => {
    const isRefresh = form['grant_type'] === 'refresh_token';
    if (isRefresh && form['refresh_token'] !== next) return { status: 400, body: { error: 'invalid_grant' } };
    given += 1;
    valid = `access-${given}-given`;
    const tokens = { token_type: 'bearer', access_token: valid, expires_in: expiresIn };
    if (!isRefresh || !rotates) return { body: tokens };
    next = `refresh-${given}-rotated`;
    return { body: { ...tokens, refresh_token: next } };
  };

  const stub = await httpStub(({ path, text, headers }) => {
    if (path === '/token') {
      const form = Object.fromEntries(new URLSearchParams(text));
      self.refreshes.push(form);
      return self.trouble ?? giveTokens(form);
    }
    if (self.apiDown) return { fault: 'reset' };
    const token = (headers.authorization ?? '').replace('Bearer ', '');
    const status = token === valid ? 200 : 401;
    self.calls.push({ token, status });
    return { status };
  });
  const self: Vendor = {
    ...stub,
    refreshes: [],
    calls: [],
    trouble: undefined,
    apiDown: false,
    expire() {
      valid = undefined;
    },
    connect(refreshToken) {
      valid = undefined;
      next = refreshToken;
    },
  };
  return self;
}
