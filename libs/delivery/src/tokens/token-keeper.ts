// OAuth 2 tokens: shared by all calls of an integration, renewed by one refresh at a time, stored before they are used.
// With many vendors a refresh token works once, and with some a second use revokes the whole grant.
import { createHash } from 'node:crypto';
import { EgressError, type HttpClient } from '@switchboard/egress';
import { AuthError, type Grant, type Tokens } from '@switchboard/sink';
import { readTokens, tokenRequest } from './token-endpoint.ts';
import type { StoredTokens, TokenStore } from './token-store.ts';

/** The tokens of one integration under one grant. */
interface TokenState {
  readonly integrationId: string;
  readonly grantId: string;
  tokens?: StoredTokens;
  /** Received but not stored yet. The refresh token that was used for them may not work again. */
  unstored?: StoredTokens;
  /** When this process got the lock for a refresh, by the clock of the store. */
  lockedAt?: string;
  /** An access token that was answered 401. */
  refused?: string;
  failure?: {
    readonly error: AuthError;
    /** The failure does not count for other settings. */
    readonly grant: string;
    readonly seconds: number;
    readonly until: number;
  };
  /** How often in a row the endpoint was unavailable. */
  unavailable: number;
  /** The secrets before the last refresh: calls that were made with them may still be answered. */
  previousSecrets: readonly string[];
  refresh?: Promise<StoredTokens>;
}

/** A token is renewed this long before it expires; one with a short life, in the last quarter of it. */
const MARGIN_MS = 60_000;
/** How long a refused grant is not tried again: in-flight deliveries would all try it, and a person needs longer to fix it. */
const REFUSED_SECONDS = 30;
const MAX_UNAVAILABLE_SECONDS = 60;
/** How long and how often to check whether another process has finished its refresh. */
const MAX_LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 100;
const BUSY_SECONDS = 5;
const MAX_PAUSE_SECONDS = 24 * 60 * 60;

/** The tokens of all integrations of a process. `now` is in milliseconds since 1970. */
export class TokenKeeper implements Tokens {
  /**
   * By integration and grant: when settings change, in-flight deliveries still use the old grant, and must not replace
   * tokens of the new one.
   */
  private readonly states = new Map<string, Map<string, TokenState>>();

  constructor(
    private readonly store: TokenStore,
    private readonly http: Pick<HttpClient, 'request'>,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * A valid access token. Concurrent callers wait for the same refresh; while refreshes fail, a token that has not expired
   * is still used. Throws AuthError, and what the store throws.
   */
  async current(integrationId: string, grant: Grant): Promise<string> {
    const state = this.stateOf(integrationId, grant);
    if (this.isFresh(state)) return state.tokens.accessToken;
    state.refresh ??= this.renew(state, grant).finally(() => {
      delete state.refresh;
    });
    try {
      return (await state.refresh).accessToken;
    } catch (error) {
      if (state.unstored === undefined && this.isUsable(state)) return state.tokens.accessToken;
      throw error;
    }
  }

  /** A call with this access token was answered 401: it is not given out again. */
  refused(integrationId: string, accessToken: string): void {
    for (const state of this.all(integrationId)) {
      if (state.tokens?.accessToken === accessToken) state.refused = accessToken;
    }
  }

  /** Every token of an integration that an answer may contain. */
  secrets(integrationId: string): readonly string[] {
    return this.all(integrationId).flatMap(({ tokens, unstored, previousSecrets }) => [
      ...secretsOf(tokens),
      ...secretsOf(unstored),
      ...previousSecrets,
    ]);
  }

  private all(integrationId: string): readonly TokenState[] {
    return [...(this.states.get(integrationId)?.values() ?? [])];
  }

  private stateOf(integrationId: string, grant: Grant): TokenState {
    const grantId = grantIdOf(grant);
    const grants = this.states.get(integrationId) ?? new Map<string, TokenState>();
    const state = grants.get(grantId) ?? { integrationId, grantId, unavailable: 0, previousSecrets: [] };
    this.states.set(integrationId, grants.set(grantId, state));
    return state;
  }

  private async renew(state: TokenState, grant: Grant): Promise<StoredTokens> {
    const { integrationId, grantId } = state;
    if (state.unstored === undefined) {
      throwKeptFailure(state, grant, this.now());
      // Another process may have refreshed them: a former owner of the integration, or a job that checks it.
      const stored = (await this.loadValid(state)) ?? (await this.lockOrLoad(state));
      if (stored !== undefined) return stored;
      try {
        state.unstored = await this.request(state, grant);
      } catch (error) {
        await this.store.unlock(integrationId, grantId);
        throw error;
      }
    }
    const renewed = state.unstored;
    const isKept = await this.store.store(integrationId, grantId, renewed, state.lockedAt ?? '');
    // The lock expired meanwhile and another process has stored newer tokens.
    if (!isKept) await this.loadValid(state);
    else replaceTokens(state, renewed);
    delete state.unstored;
    delete state.refused;
    return state.tokens ?? renewed;
  }

  /** The stored tokens, if they are valid. */
  private async loadValid(state: TokenState): Promise<StoredTokens | undefined> {
    const stored = await this.store.load(state.integrationId, state.grantId);
    if (stored !== undefined) replaceTokens(state, stored);
    return this.isFresh(state) ? state.tokens : undefined;
  }

  /** Waits for the lock for a refresh. Returns tokens when its previous holder has stored valid ones. */
  private async lockOrLoad(state: TokenState): Promise<StoredTokens | undefined> {
    const { integrationId, grantId } = state;
    const until = performance.now() + MAX_LOCK_WAIT_MS;
    for (;;) {
      const lockedAt = await this.store.lock(integrationId, grantId);
      // After the lock was taken: its holder stores tokens before it gives it up.
      const stored = await this.loadValid(state);
      if (lockedAt !== undefined) state.lockedAt = lockedAt;
      if (lockedAt !== undefined && stored !== undefined) await this.store.unlock(integrationId, grantId);
      if (lockedAt !== undefined || stored !== undefined) return stored;
      if (performance.now() > until) {
        const message = 'getting an access token: another process is renewing it';
        throw new AuthError('UNAVAILABLE', message, BUSY_SECONDS);
      }
      await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
    }
  }

  private async request(state: TokenState, grant: Grant): Promise<StoredTokens> {
    const isRefresh = grant.refreshToken !== undefined;
    const refreshToken = isRefresh ? (state.tokens?.refreshToken ?? grant.refreshToken) : undefined;
    const requestedAt = this.now();
    try {
      // Without the signal of a delivery: an aborted refresh may have used up the refresh token.
      const reply = await this.http.request(tokenRequest(grant, refreshToken));
      const { expiresIn, ...given } = readTokens(reply, grant.tokenUrl);
      state.unavailable = 0;
      return {
        accessToken: given.accessToken,
        refreshToken: given.refreshToken ?? state.tokens?.refreshToken,
        ...(expiresIn === undefined ? {} : lifetime(requestedAt, expiresIn * 1000)),
      };
    } catch (error) {
      throw this.keepFailure(state, grant, error);
    }
  }

  /** Keeps the failure for a while and throws it to all callers: thousands of rows may wait for the same token. */
  private keepFailure(state: TokenState, grant: Grant, thrown: unknown): unknown {
    const error = thrown instanceof EgressError ? toAuthError(thrown) : thrown;
    if (!(error instanceof AuthError)) return error;
    const seconds = Math.min(this.pause(state, error), MAX_PAUSE_SECONDS);
    state.failure = { error, grant: JSON.stringify(grant), seconds, until: this.now() + seconds * 1000 };
    return failureAfter(error, seconds);
  }

  private pause(state: TokenState, { code, afterSeconds }: AuthError): number {
    if (code !== 'UNAVAILABLE') return REFUSED_SECONDS;
    state.unavailable += 1;
    return afterSeconds ?? Math.min(2 ** state.unavailable, MAX_UNAVAILABLE_SECONDS);
  }

  private isFresh(state: TokenState): state is TokenState & { tokens: StoredTokens } {
    return this.isUsable(state) && this.now() < (state.tokens.refreshAt ?? Number.POSITIVE_INFINITY);
  }

  private isUsable(state: TokenState): state is TokenState & { tokens: StoredTokens } {
    const { tokens, refused } = state;
    if (tokens === undefined || tokens.accessToken === refused) return false;
    return this.now() < (tokens.expiresAt ?? Number.POSITIVE_INFINITY);
  }
}

function replaceTokens(state: TokenState, tokens: StoredTokens): void {
  if (state.tokens?.accessToken !== tokens.accessToken) state.previousSecrets = secretsOf(state.tokens);
  state.tokens = tokens;
}

function throwKeptFailure({ failure }: TokenState, grant: Grant, now: number): void {
  if (failure === undefined || failure.grant !== JSON.stringify(grant)) return;
  const left = (failure.until - now) / 1000;
  // More than at the start: the clock was set back.
  if (left <= 0 || left > failure.seconds) return;
  throw failureAfter(failure.error, left);
}

function lifetime(from: number, ms: number): { readonly refreshAt: number; readonly expiresAt: number } {
  return { refreshAt: from + ms - Math.min(MARGIN_MS, ms / 4), expiresAt: from + ms };
}

function toAuthError(cause: EgressError): AuthError {
  // The guard's answer for an address does not change.
  const isFinal = cause.code === 'REFUSED_ADDRESS';
  const message = `getting an access token: ${cause.message}${isFinal ? '; check the token URL' : ''}`;
  return new AuthError(isFinal ? 'REFUSED' : 'UNAVAILABLE', message, undefined, { cause });
}

function failureAfter({ code, message, cause }: AuthError, seconds: number): AuthError {
  return new AuthError(code, message, code === 'UNAVAILABLE' ? seconds : undefined, { cause });
}

function secretsOf(tokens: StoredTokens | undefined): readonly string[] {
  if (tokens === undefined) return [];
  return tokens.refreshToken === undefined ? [tokens.accessToken] : [tokens.accessToken, tokens.refreshToken];
}

// A new connection has a new refresh token. A rotated client secret leaves a refresh token valid; without a refresh token
// the client credentials are the grant.
function grantIdOf({ tokenUrl, clientId, clientSecret, refreshToken, scopes }: Grant): string {
  const parts =
    refreshToken === undefined
      ? [tokenUrl, clientId, clientSecret, scopes]
      : [tokenUrl, clientId, refreshToken];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
