// How a call gets its credentials: a sink names the way as a value, the runtime carries it out on the bytes that leave.
import type { HttpReply, HttpRequest } from '@switchboard/egress';
import type { Tokens } from './tokens.ts';

/** A call as it leaves: what is signed is what is sent. */
export interface OutgoingRequest {
  readonly method: HttpRequest['method'];
  /** Absolute, query included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The very bytes of the body; empty when there is none. */
  readonly body: Uint8Array;
}

/** What the runtime lends an Auth for one call. */
export interface AuthContext<Config = unknown> {
  /** The integration's settings with their secrets. */
  readonly config: Config;
  readonly integrationId: string;
  /** Of the call, the same for every attempt at it; of a look-up that of its delivery. */
  readonly idempotencyKey: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly tokens: Tokens;
}

/** A way to authenticate. Method syntax on purpose: one for certain settings is an `Auth`. */
export interface Auth<Config = unknown> {
  /** The same request with credentials. Throws AuthError. */
  authorize(request: OutgoingRequest, context: AuthContext<Config>): Promise<OutgoingRequest>;
  /** Told that `sent` was answered 401; there where another authorization may do better. */
  onUnauthorized?(sent: OutgoingRequest, context: AuthContext<Config>): void;
  /** Everything that must never be seen in a stored answer; ask after the call, tokens change during it. */
  secrets(context: Pick<AuthContext<Config>, 'config' | 'integrationId' | 'tokens'>): readonly string[];
}

/**
 * Makes a call with credentials. A 401 is taken as an expired token where the Auth knows another way: the call is
 * authorized anew and repeated once, which doubles nothing, for a call answered 401 had no effect. A second 401 is an
 * answer like any other. Throws AuthError, and whatever `send` and the token store throw.
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
