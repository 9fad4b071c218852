// For the specs of OAuth 2: a vendor with a token endpoint, and an API that accepts the latest token.
import { type HttpStub, httpStub, type StubAnswer } from '@switchboard/testing';

export interface VendorOptions {
  /** Each refresh token works once. */
  readonly rotates?: boolean;
  /** `expires_in` of its answers. */
  readonly expiresIn?: unknown;
}

/** A vendor on a free port. Its behaviour can be changed while it runs. */
export interface Vendor extends HttpStub {
  /** Forms posted to the token endpoint. */
  readonly refreshes: Record<string, string>[];
  /** Calls to the API, and the status of each answer. */
  readonly calls: { readonly token: string; readonly status: number }[];
  /** While set, the answer of the token endpoint. */
  tokenAnswer: StubAnswer | undefined;
  /** While true, the API resets every connection. */
  apiDown: boolean;
  /** Makes the access token invalid. */
  expire(): void;
  /** Makes this the only valid refresh token, and the access token invalid. */
  connect(refreshToken: string): void;
}

/** Starts a vendor whose first refresh token is `refresh-0-from-settings`. */
export async function startVendor({ rotates = false, expiresIn }: VendorOptions = {}): Promise<Vendor> {
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
      return self.tokenAnswer ?? giveTokens(form);
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
    tokenAnswer: undefined,
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
