// The OAuth 2 token endpoint (RFC 6749) as vendors run it: the request, and what the answers mean.
import { type HttpReply, type HttpRequest, retryAfter } from '@switchboard/egress';
import { AuthError, type Grant } from '@switchboard/sink';
import { z } from 'zod';

const WHAT = 'getting an access token';
/** Pause after a 429 without Retry-After: vendors usually count in windows of ten seconds. */
const RATE_LIMITED_SECONDS = 10;

/** The tokens of an answer. */
export interface TokenReply {
  readonly accessToken: string;
  /** Present where the endpoint rotates refresh tokens: the one that was sent does not work any more. */
  readonly refreshToken: string | undefined;
  /** Seconds; undefined when the endpoint does not say. */
  readonly expiresIn: number | undefined;
}

/** The request for tokens, with the latest refresh token. Throws AuthError. */
export function tokenRequest(grant: Grant, refreshToken: string | undefined): HttpRequest {
  const { tokenUrl, clientId, clientSecret, scopes, authStyle } = grant;
  if (!URL.canParse(tokenUrl)) {
    throw new AuthError('UNUSABLE', `${WHAT}: the token URL is not a URL; set it again`);
  }
  return {
    method: 'POST',
    url: tokenUrl,
    endpoint: 'oauth2 token',
    headers:
      authStyle === 'basic' ? { authorization: `Basic ${basicCredentials(clientId, clientSecret)}` } : {},
    form: {
      ...(refreshToken === undefined
        ? { grant_type: 'client_credentials' }
        : { grant_type: 'refresh_token', refresh_token: refreshToken }),
      ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
      ...(authStyle === 'body' ? { client_id: clientId, client_secret: clientSecret } : {}),
    },
  };
}

// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
function basicCredentials(id: string, secret: string): string {
  const [user, password] = [id, secret].map((text) => new URLSearchParams([['', text]]).toString().slice(1));
  return Buffer.from(`${user}:${password}`).toString('base64');
}

const tokensSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(undefined),
  // Some send the number as text. An invalid lifetime counts as none.
  expires_in: z.coerce
    .number()
    .positive()
    .max(10 ** 9)
    .nullish()
    .catch(undefined),
});

/** The reason: HubSpot has it in `status`, all others in `error`. */
const refusalSchema = z.object({ error: z.string().catch(''), status: z.string().catch('') });

const CONNECT = 'connect the integration again';
const CLIENT = 'check the client id and secret';
/** The reasons that are shown to people. Other text of an answer is not: it may contain anything. */
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
const TEMPORARY = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
const TEMPORARY_STATUS = new Set([408, 421, 425, 429]);

/** Reads the answer to a `tokenRequest`. Throws AuthError. */
export function readTokens(reply: HttpReply, tokenUrl: string): TokenReply {
  const { status } = reply;
  const body = reply.json();
  const tokens = tokensSchema.safeParse(body);
  if (status >= 200 && status < 300 && tokens.success) {
    const { access_token, refresh_token, expires_in } = tokens.data;
    return {
      accessToken: access_token,
      refreshToken: refresh_token ?? undefined,
      expiresIn: expires_in ?? undefined,
    };
  }
  const refusal = refusalSchema.safeParse(body).data;
  const codes = [refusal?.error ?? '', refusal?.status ?? ''];
  const where = `${WHAT}: ${new URL(tokenUrl).host} answered ${status}`;
  if (status >= 500 || TEMPORARY_STATUS.has(status) || codes.some((code) => TEMPORARY.has(code))) {
    throw new AuthError(
      'UNAVAILABLE',
      where,
      retryAfter(reply) ?? (status === 429 ? RATE_LIMITED_SECONDS : undefined),
    );
  }
  // Some endpoints refuse with status 200.
  const code = codes.find((name) => Object.hasOwn(ADVICE, name));
  if (code !== undefined) throw new AuthError('REFUSED', `${where} ${code}; ${ADVICE[code]}`);
  if (status >= 200 && status < 300) throw new AuthError('UNAVAILABLE', `${where} without a token`);
  throw new AuthError('REFUSED', `${where}; check the token URL, or ${CONNECT}`);
}
