// OAuth 2: the sink says where tokens come from; getting, keeping and renewing them is the token keeper's.
import type { Auth } from './auth.ts';
import { withHeader } from './header.ts';
import type { Grant } from './tokens.ts';

const SCHEME = 'Bearer ';

/** Where tokens come from (RFC 6749, sections 4.4 and 6). */
export type OAuth2Options<Config> = {
  readonly tokenUrl: string | ((config: Config) => string);
  readonly clientId: (config: Config) => string;
  readonly clientSecret: (config: Config) => string;
  readonly scopes?: readonly string[];
  /** How the client shows who it is: in the form (default) or as HTTP Basic. */
  readonly authStyle?: 'body' | 'basic';
} & (
  | {
      readonly grant: 'refresh_token';
      /** The one got when the integration was connected; the runtime keeps its successors. */
      readonly refreshToken: (config: Config) => string;
    }
  | { readonly grant: 'client_credentials' }
);

/** `Authorization: Bearer …` with a token that is renewed before it expires, and once more after a 401. */
export function oauth2<Config>(options: OAuth2Options<Config>): Auth<Config> {
  const { tokenUrl, clientId, clientSecret, scopes = [], authStyle = 'body' } = options;
  const grantOf = (config: Config): Grant => ({
    tokenUrl: typeof tokenUrl === 'string' ? tokenUrl : tokenUrl(config),
    clientId: clientId(config),
    clientSecret: clientSecret(config),
    refreshToken: options.grant === 'refresh_token' ? options.refreshToken(config) : undefined,
    scopes,
    authStyle,
  });
  return {
    async authorize(request, { config, integrationId, tokens }) {
      const token = await tokens.current(integrationId, grantOf(config));
      return withHeader(request, 'authorization', `${SCHEME}${token}`, 'sending the access token');
    },
    onUnauthorized(sent, { integrationId, tokens }) {
      tokens.refused(integrationId, (sent.headers['authorization'] ?? '').slice(SCHEME.length));
    },
    secrets({ config, integrationId, tokens }) {
      const { clientSecret, refreshToken } = grantOf(config);
      return [
        clientSecret,
        ...(refreshToken === undefined ? [] : [refreshToken]),
        ...tokens.secrets(integrationId),
      ];
    },
  };
}
