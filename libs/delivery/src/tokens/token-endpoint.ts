// The token endpoint of OAuth 2 as vendors run it: what is asked of it, and what its answers mean.
import { type HttpReply, type HttpRequest, retryAfter } from '@switchboard/egress';
import { AuthError, type Grant } from '@switchboard/sink';
import { z } from 'zod';

const WHAT = 'getting an access token';
/** A 429 that names no time: long enough for the usual ten-second windows. */
const RATE_LIMITED_SECONDS = 10;

/** What the endpoint gave. */
export interface GivenTokens {
  readonly accessToken: string;
  /** A new one, where the endpoint rotates them: the one sent is dead then. */
  readonly refreshToken: string | undefined;
  /** Seconds; undefined where the endpoint promises nothing. */
  readonly expiresIn: number | undefined;
}

/** The call that gets tokens, with the refresh token known last. Throws AuthError. */
export function tokenCall(grant: Grant, refreshToken: string | undefined): HttpRequest {
  const { tokenUrl, clientId, clientSecret, scopes, authStyle } = grant;
  if (!URL.canParse(tokenUrl)) {
    throw new AuthError('UNUSABLE', `${WHAT}: the token URL is no URL; set it again`);
  }
  return {
    method: 'POST',
    url: tokenUrl,
    endpoint: 'oauth2 token',
    headers: authStyle === 'basic' ? { authorization: `Basic ${clientPair(clientId, clientSecret)}` } : {},
    form: {
      ...(refreshToken === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'refresh_token', refresh_token: refreshToken }),
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(authStyle === 'body' ? { client_id: clientId, client_secret: clientSecret } : {}),
    },
  };
}

// RFC 6749, section 2.3.1: both are form-encoded before they are put together.
function clientPair(id: string, secret: string): string {
  const [user, password] = [id, secret].map((text) => new URLSearchParams([['', text]]).toString().slice(1));
  return Buffer.from(`${user}:${password}`).toString('base64');
}

const given = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(undefined),
  // Some write the number as text; what is no life time is as good as no promise.
  expires_in: z.coerce
    .number()
    .positive()
    .max(10 ** 9)
    .nullish()
    .catch(undefined),
});

/** HubSpot says why in `status`, everybody else in `error`. */
const refusal = z.object({ error: z.string().catch(''), status: z.string().catch('') });

const CONNECT = 'connect the integration again';
const CLIENT = 'check the client id and secret';
/** The reasons that are told: an answer's own words may hold anything. */
const ADVICE: Readonly<Record<string, string>> = {
  invalid_grant: CONNECT,
  access_denied: CONNECT,
  bad_refresh_token: CONNECT,
  BAD_REFRESH_TOKEN: CONNECT,
  BAD_HUB: CONNECT,
  invalid_client: CLIENT,
  unauthorized_client: CLIENT,
  incorrect_client_credentials: CLIENT,
  invalid_scope: 'check the scopes',
  unsupported_grant_type: 'check the token URL',
  invalid_request: 'check the token URL and the client id and secret',
};
const PASSING = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
const PASSING_STATUS = new Set([408, 425, 429]);

/** Reads the endpoint's answer to a `tokenCall`. Throws AuthError. */
export function readTokens(reply: HttpReply, tokenUrl: string): GivenTokens {
  const { status } = reply;
  const body = reply.json();
  const tokens = given.safeParse(body);
  if (status >= 200 && status < 300 && tokens.success) {
    const { access_token, refresh_token, expires_in } = tokens.data;
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? undefined,
      expiresIn: expires_in ?? undefined,
    };
  }
  const said = refusal.safeParse(body).data;
  const codes = [said?.error ?? '', said?.status ?? ''];
  const where = `${WHAT}: ${new URL(tokenUrl).host} answered ${status}`;
  if (status >= 500 || PASSING_STATUS.has(status) || codes.some((code) => PASSING.has(code))) {
    throw new AuthError(
      'UNAVAILABLE',
      where,
      retryAfter(reply) ?? (status === 429 ? RATE_LIMITED_SECONDS : undefined),
    );
  }
  // Some refuse with a 200.
  const code = codes.find((name) => Object.hasOwn(ADVICE, name));
  if (code !== undefined) throw new AuthError('REFUSED', `${where} ${code}; ${ADVICE[code]}`);
  if (status >= 200 && status < 300) throw new AuthError('UNAVAILABLE', `${where} without a token`);
  throw new AuthError('REFUSED', `${where}; check the token URL, or ${CONNECT}`);
}
