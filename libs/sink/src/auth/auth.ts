// How a call gets its credentials: the sink declares an Auth, and the runtime applies it to the bytes that are sent.
import type { HttpReply, HttpRequest } from '@switchboard/egress';
import { broken, type DeliveryOutcome, retry } from '../outcome.ts';

/** A request exactly as it is sent. */
export interface OutgoingRequest {
  readonly method: HttpRequest['method'];
  /** Absolute, with its query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body; empty when there is none. */
  readonly body: Uint8Array;
}

/** What an Auth gets from the runtime for one call. */
export interface AuthContext<Config = unknown> {
  /** The integration's settings with their secrets. */
  readonly config: Config;
  readonly integrationId: string;
  /** Of the call, the same in every attempt; for a GET that of the delivery. */
  readonly idempotencyKey: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly tokens: Tokens;
}

/** A way to authenticate. Its functions are methods so that an Auth for certain settings is also a plain `Auth`. */
export interface Auth<Config = unknown> {
  /** The same request with credentials. Throws AuthError. */
  authorize(request: OutgoingRequest, context: AuthContext<Config>): Promise<OutgoingRequest>;
  /** Called when `sent` was answered 401. Present when a new authorization may succeed. */
  onUnauthorized?(sent: OutgoingRequest, context: AuthContext<Config>): void;
  /** Everything that must not appear in a stored answer. Call it after the request: tokens may change during it. */
  secrets(context: Pick<AuthContext<Config>, 'config' | 'integrationId' | 'tokens'>): readonly string[];
}

/** The OAuth 2 grant of an integration: what it gets tokens with. */
export interface Grant {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** From the settings. Undefined: the client credentials are the grant. */
  readonly refreshToken: string | undefined;
  readonly scopes: readonly string[];
  readonly authStyle: 'body' | 'basic';
}

/** Access tokens of all integrations. The delivery runtime gets, stores and renews them. */
export interface Tokens {
  /** A valid access token. Throws AuthError, and what the token store throws. */
  current(integrationId: string, grant: Grant): Promise<string>;
  /** A call with this access token was answered 401: it is not given out again. */
  refused(integrationId: string, accessToken: string): void;
  /** Every token of an integration that an answer may contain. */
  secrets(integrationId: string): readonly string[];
}

/**
 * `UNUSABLE`: a setting cannot be used as a credential. `REFUSED`: the token endpoint refuses, somebody must act.
 * `UNAVAILABLE`: the token endpoint cannot be used now.
 */
export type AuthErrorCode = 'UNUSABLE' | 'REFUSED' | 'UNAVAILABLE';

/** A call was not made, because it has no credentials. The message has no secret and no text of the other side. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    /** With `UNAVAILABLE`: when to try again. */
    readonly afterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The outcome of the delivery. */
  get outcome(): DeliveryOutcome {
    if (this.code !== 'UNAVAILABLE') return broken(this.message);
    return retry(this.message, this.afterSeconds === undefined ? {} : { after: this.afterSeconds });
  }
}

/**
 * Makes a call with credentials. When the Auth has `onUnauthorized`, a 401 counts as an expired token: the call is authorized
 * again and repeated once. The repeat is safe, because a call answered 401 had no effect. A second 401 is returned. Throws
 * AuthError, and what `send` and the token store throw.
 */
export async function callAuthorized<Config>(
  auth: Auth<Config>,
  request: OutgoingRequest,
  context: AuthContext<Config>,
  send: (request: OutgoingRequest) => Promise<HttpReply>,
): Promise<HttpReply> {
  const sent = await auth.authorize(request, context);
  const reply = await send(sent);
  if (reply.status !== 401 || auth.onUnauthorized === undefined) return reply;
  auth.onUnauthorized(sent, context);
  return send(await auth.authorize(request, context));
}
