// For the specs of OAuth 2: a vendor, a token store in memory, and processes that share the store.
import { InfrastructureError } from '@switchboard/contracts';
import { HttpClient, type HttpClientOptions } from '@switchboard/egress';
import { type AuthError, callAuthorized, oauth2 } from '@switchboard/sink';
import { contextOf, NOON, requestTo } from '@switchboard/sink/spec-kit';
import { startVendor, type VendorOptions } from './test-vendor.ts';
import { TokenKeeper } from './token-keeper.ts';
import { type StoredTokens, storedTokens, type TokenStore } from './token-store.ts';

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
export async function tearDown(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

/** Starts a vendor and one process; `start` starts another one, `clock.at` is the time for all of them. */
export async function setUp(options: VendorOptions = {}, auth = refreshing) {
  const tokenVendor = await startVendor(options);
  closers.push(tokenVendor.close);
  const stored: { readonly accessToken: string; readonly callsBefore: number }[] = [];
  const store = new MemoryTokenStore((accessToken) => {
    stored.push({ accessToken, callsBefore: tokenVendor.calls.length });
  });
  const clock = { at: NOON };
  const now = () => clock.at;
  const start = (limits: HttpClientOptions = {}) => {
    const http = new HttpClient({ timeoutMs: 20_000, ...limits });
    closers.push(() => http.close());
    const tokens = new TokenKeeper(store, http, now);
    const contextFor = (settings: Partial<Settings> = {}) =>
      contextOf({ ...SETTINGS, url: tokenVendor.url, ...settings }, { tokens, now });
    const call = async (settings?: Partial<Settings>) => {
      const request = requestTo(`${tokenVendor.url}/api`);
      const reply = await callAuthorized(auth, request, contextFor(settings), ({ method, url, headers }) =>
        http.request({ method, url, headers, endpoint: 'api' }),
      );
      return reply.status;
    };
    /** The error of a call; undefined when it succeeds. */
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
  return { vendor: tokenVendor, store, stored, clock, start, ...start() };
}

/** A token store in memory; `onStore` is called for each token that is stored. */
class MemoryTokenStore implements TokenStore {
  private readonly rows = new Map<string, string>();
  private readonly locks = new Set<string>();
  /** How many of the next calls of `store` fail. */
  failures = 0;

  constructor(private readonly onStore: (accessToken: string) => void = () => undefined) {}

  async load(...key: [integrationId: string, grantId: string]) {
    const row = this.rows.get(key.join());
    return row === undefined ? undefined : storedTokens.parse(JSON.parse(row));
  }

  /** Ends all locks, as half a minute does. */
  endLocks(): void {
    this.locks.clear();
  }

  async lock(...key: [integrationId: string, grantId: string]) {
    if (this.locks.has(key.join())) return undefined;
    this.locks.add(key.join());
    return 'now';
  }

  async unlock(...key: [integrationId: string, grantId: string]) {
    this.locks.delete(key.join());
  }

  async store(integrationId: string, grantId: string, tokens: StoredTokens) {
    if (this.failures-- > 0)
      throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'storing: Postgres is away');
    this.rows.set([integrationId, grantId].join(), JSON.stringify(tokens));
    await this.unlock(integrationId, grantId);
    this.onStore(tokens.accessToken);
    return true;
  }
}
