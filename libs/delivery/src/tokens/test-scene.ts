// For the specs of OAuth 2: a vendor, and processes that call it over one token store.
import { HttpClient, type HttpClientOptions } from '@switchboard/egress';
import { type AuthError, callAuthorized, oauth2 } from '@switchboard/sink';
import { contextOf, NOON, requestTo } from '@switchboard/sink/spec-kit';
import { MemoryTokenStore } from './test-token-store.ts';
import { type VendorOptions, vendor } from './test-vendor.ts';
import { TokenKeeper } from './token-keeper.ts';

export const SETTINGS = {
  clientId: 'app',
  clientSecret: 'client s3cret/+',
  refreshToken: 'refresh-0-from-settings',
};
type Settings = typeof SETTINGS & { readonly url: string };

export const refreshing = oauth2<Settings>({
  grant: 'refresh_token',
  tokenUrl: ({ url }) => `${url}/token`,
  clientId: ({ clientId }) => clientId,
  clientSecret: ({ clientSecret }) => clientSecret,
  refreshToken: ({ refreshToken }) => refreshToken,
});

const closers: (() => Promise<void>)[] = [];

/** For `afterEach`. */
export async function endScenes(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Opens a scene; `start` starts a further process, `clock.at` is the time for all of them. */
export async function scene(options: VendorOptions = {}, auth = refreshing) {
  const there = await vendor(options);
  closers.push(there.close);
  const stored: { readonly accessToken: string; readonly callsBefore: number }[] = [];
  const store = new MemoryTokenStore((accessToken) => {
    stored.push({ accessToken, callsBefore: there.calls.length });
  });
  const clock = { at: NOON };
  const now = () => clock.at;
  const start = (limits: HttpClientOptions = {}) => {
    const http = new HttpClient({ timeoutMs: 20_000, ...limits });
    closers.push(() => http.close());
    const tokens = new TokenKeeper(store, http, now);
    const contextFor = (settings: Partial<Settings> = {}) =>
      contextOf({ ...SETTINGS, url: there.url, ...settings }, { tokens, now });
    const call = async (settings?: Partial<Settings>) => {
      const request = requestTo(`${there.url}/api`);
      const reply = await callAuthorized(auth, request, contextFor(settings), ({ method, url, headers }) =>
        http.request({ method, url, headers, endpoint: 'api' }),
      );
      return reply.status;
    };
    /** What a call fails with; undefined when it does not. */
    const failure = async (settings?: Partial<Settings>) => {
      try {
        await call(settings);
        return undefined;
      } catch (error) {
        return error as AuthError;
      }
    };
    return { tokens, contextFor, call, failure };
  };
  return { vendor: there, store, stored, clock, start, ...start() };
}
