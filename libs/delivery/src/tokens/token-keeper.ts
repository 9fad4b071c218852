// Tokens of OAuth 2: kept for all calls of an integration, renewed by one refresh at a time, stored before they are used.
// Many vendors kill the old refresh token with the first use of it, some the whole grant with the second.
import { createHash } from 'node:crypto';
import { EgressError, type HttpClient } from '@switchboard/egress';
import { AuthError, type Grant, type Tokens } from '@switchboard/sink';
import { readTokens, tokenCall } from './token-endpoint.ts';
import type { StoredTokens, TokenStore } from './token-store.ts';

/** What is known of one integration's tokens under one grant. */
interface Held {
  readonly integrationId: string;
  readonly grantId: string;
  tokens?: StoredTokens;
  /** Got, but not stored yet: the refresh token it was got with may be dead. */
  unstored?: StoredTokens;
  /** Since when this process has the right to renew them, by the clock of the store. */
  lockedAt?: string;
  /** An access token that was answered 401. */
  refused?: string;
  failure?: {
    readonly error: AuthError;
    /** Whoever mends the settings is not told of it any more. */
    readonly grant: string;
    readonly seconds: number;
    readonly until: number;
  };
  /** How often in a row the endpoint had no answer. */
  unanswered: number;
  /** The secrets before the last renewal: answers of calls made with them may still come. */
  spent: readonly string[];
  flight?: Promise<StoredTokens>;
}

/** A token is renewed this long before it expires; one that lives shortly, in the last quarter of its life. */
const MARGIN_MS = 60_000;
/** A refused grant is not tried again at once by all the deliveries under way; a person needs longer anyway. */
const REFUSED_SECONDS = 30;
const MAX_UNANSWERED_SECONDS = 60;
/** Another process that renews them is waited for so long, and looked at so often. */
const LONGEST_WAIT_MS = 10_000;
const LOOK_MS = 100;
const BUSY_SECONDS = 5;
const MAX_PAUSE_SECONDS = 24 * 60 * 60;

/** The tokens of all integrations of a process. `now` is in milliseconds since 1970. */
export class TokenKeeper implements Tokens {
  /**
   * By integration and grant: while settings change, deliveries under way still ask with those before, and must not take
   * the place of tokens got with the new ones.
   */
  private readonly held = new Map<string, Map<string, Held>>();

  constructor(
    private readonly store: TokenStore,
    private readonly http: Pick<HttpClient, 'request'>,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * An access token that is good for a call. Concurrent callers wait for the one refresh; while it fails, a token that
   * has not expired goes on serving. Throws AuthError, and what the store throws.
   */
  async current(integrationId: string, grant: Grant): Promise<string> {
    const held = this.of(integrationId, grant);
    if (this.isFresh(held)) return held.tokens.accessToken;
    held.flight ??= this.renew(held, grant).finally(() => {
      delete held.flight;
    });
    try {
      return (await held.flight).accessToken;
    } catch (error) {
      if (held.unstored === undefined && this.isUsable(held)) return held.tokens.accessToken;
      throw error;
    }
  }

  /** Told that a call with this access token was answered 401: it is not handed out again. */
  refused(integrationId: string, accessToken: string): void {
    for (const held of this.all(integrationId)) {
      if (held.tokens?.accessToken === accessToken) held.refused = accessToken;
    }
  }

  /** Every token of an integration that an answer of the other side may repeat. */
  secrets(integrationId: string): readonly string[] {
    return this.all(integrationId).flatMap(({ tokens, unstored, spent }) => [
      ...secretsOf(tokens),
      ...secretsOf(unstored),
      ...spent,
    ]);
  }

  private all(integrationId: string): readonly Held[] {
    return [...(this.held.get(integrationId)?.values() ?? [])];
  }

  private of(integrationId: string, grant: Grant): Held {
    const grantId = idOf(grant);
    const grants = this.held.get(integrationId) ?? new Map<string, Held>();
    const held = grants.get(grantId) ?? { integrationId, grantId, unanswered: 0, spent: [] };
    this.held.set(integrationId, grants.set(grantId, held));
    return held;
  }

  private async renew(held: Held, grant: Grant): Promise<StoredTokens> {
    const { integrationId, grantId } = held;
    if (held.unstored === undefined) {
      throwRemembered(held, grant, this.now());
      // A refresh by another process (a former owner of the integration, a job that checks it) counts as ours.
      const stored = (await this.stored(held)) ?? (await this.locked(held));
      if (stored !== undefined) return stored;
      try {
        held.unstored = await this.ask(held, grant);
      } catch (error) {
        await this.store.unlock(integrationId, grantId);
        throw error;
      }
    }
    const renewed = held.unstored;
    const isKept = await this.store.store(integrationId, grantId, renewed, held.lockedAt ?? '');
    // This process was so slow that another one has renewed them in its place: those are newer.
    if (!isKept) await this.stored(held);
    else adopt(held, renewed);
    delete held.unstored;
    delete held.refused;
    return held.tokens ?? renewed;
  }

  /** What is stored, where it is good for a call. */
  private async stored(held: Held): Promise<StoredTokens | undefined> {
    const stored = await this.store.load(held.integrationId, held.grantId);
    if (stored !== undefined) adopt(held, stored);
    return this.isFresh(held) ? held.tokens : undefined;
  }

  /**
   * Waits for the right to renew: many vendors kill the grant with the second use of a refresh token. Answers tokens when
   * whoever had the right has stored good ones meanwhile.
   */
  private async locked(held: Held): Promise<StoredTokens | undefined> {
    const { integrationId, grantId } = held;
    const until = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const lockedAt = await this.store.lock(integrationId, grantId);
      // Only now: it may have been stored just before the right was given up.
      const stored = await this.stored(held);
      if (lockedAt !== undefined) held.lockedAt = lockedAt;
      if (lockedAt !== undefined && stored !== undefined) await this.store.unlock(integrationId, grantId);
      if (lockedAt !== undefined || stored !== undefined) return stored;
      if (performance.now() > until) {
        const message = 'getting an access token: another process is renewing it';
        throw new AuthError('UNAVAILABLE', message, BUSY_SECONDS);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  private async ask(held: Held, grant: Grant): Promise<StoredTokens> {
    const isRefresh = grant.refreshToken !== undefined;
    const refreshToken = isRefresh ? (held.tokens?.refreshToken ?? grant.refreshToken) : undefined;
    const asked = this.now();
    try {
      // Without the signal of a delivery: a refresh given up half-way may have cost us the grant.
      const reply = await this.http.request(tokenCall(grant, refreshToken));
      const { expiresIn, ...given } = readTokens(reply, grant.tokenUrl);
      held.unanswered = 0;
      return {
        accessToken: given.accessToken,
        refreshToken: given.refreshToken ?? held.tokens?.refreshToken,
        ...(expiresIn === undefined ? {} : life(asked, expiresIn * 1000)),
      };
    } catch (error) {
      throw this.remembered(held, grant, error);
    }
  }

  /** One failure stands for a while for all that ask: rows by the thousand may wait for the same token. */
  private remembered(held: Held, grant: Grant, thrown: unknown): unknown {
    const error = thrown instanceof EgressError ? withoutAnswer(thrown) : thrown;
    if (!(error instanceof AuthError)) return error;
    const seconds = Math.min(this.pause(held, error), MAX_PAUSE_SECONDS);
    held.failure = { error, grant: JSON.stringify(grant), seconds, until: this.now() + seconds * 1000 };
    return again(error, seconds);
  }

  private pause(held: Held, { code, afterSeconds }: AuthError): number {
    if (code !== 'UNAVAILABLE') return REFUSED_SECONDS;
    held.unanswered += 1;
    return afterSeconds ?? Math.min(2 ** held.unanswered, MAX_UNANSWERED_SECONDS);
  }

  private isFresh(held: Held): held is Held & { tokens: StoredTokens } {
    return this.isUsable(held) && this.now() < (held.tokens.refreshAt ?? Number.POSITIVE_INFINITY);
  }

  private isUsable(held: Held): held is Held & { tokens: StoredTokens } {
    const { tokens, refused } = held;
    if (tokens === undefined || tokens.accessToken === refused) return false;
    return this.now() < (tokens.expiresAt ?? Number.POSITIVE_INFINITY);
  }
}

function adopt(held: Held, tokens: StoredTokens): void {
  if (held.tokens?.accessToken !== tokens.accessToken) held.spent = secretsOf(held.tokens);
  held.tokens = tokens;
}

function throwRemembered({ failure }: Held, grant: Grant, now: number): void {
  if (failure === undefined || failure.grant !== JSON.stringify(grant)) return;
  const left = (failure.until - now) / 1000;
  // More than there was at the beginning: the clock has been put back.
  if (left <= 0 || left > failure.seconds) return;
  throw again(failure.error, left);
}

function life(from: number, ms: number): { readonly refreshAt: number; readonly expiresAt: number } {
  return { refreshAt: from + ms - Math.min(MARGIN_MS, ms / 4), expiresAt: from + ms };
}

function withoutAnswer(cause: EgressError): AuthError {
  // What the guard does not let through it will not let through later.
  const isFinal = cause.code === 'REFUSED_ADDRESS';
  const message = `getting an access token: ${cause.message}${isFinal ? '; check the token URL' : ''}`;
  return new AuthError(isFinal ? 'REFUSED' : 'UNAVAILABLE', message, undefined, { cause });
}

function again({ code, message, cause }: AuthError, seconds: number): AuthError {
  return new AuthError(code, message, code === 'UNAVAILABLE' ? seconds : undefined, { cause });
}

function secretsOf(tokens: StoredTokens | undefined): readonly string[] {
  if (tokens === undefined) return [];
  return tokens.refreshToken === undefined ? [tokens.accessToken] : [tokens.accessToken, tokens.refreshToken];
}

// A connection made anew begins with its own refresh token. A client secret that is rotated leaves that one good, where
// there is one; what the client itself was given is its own matter.
function idOf({ tokenUrl, clientId, clientSecret, refreshToken, scopes }: Grant): string {
  const parts =
    refreshToken === undefined
      ? [tokenUrl, clientId, clientSecret, scopes]
      : [tokenUrl, clientId, refreshToken];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
