// OAuth 2: the sink declares where tokens come from; the runtime gets, stores and renews them.
import type { Auth, Grant } from './auth.ts';
import { withHeader } from './credentials.ts';

const SCHEME = 'Bearer ';

/** Where tokens come from (RFC 6749, sections 4.4 and 6). */
export type OAuth2Options<Config> = {
  readonly tokenUrl: string | ((config: Config) => string);
  readonly clientId: (config: Config) => string;
  readonly clientSecret: (config: Config) => string;
  readonly scopes?: readonly string[];
  /** How the client authenticates: in the form (default) or with HTTP Basic. */
  readonly authStyle?: 'body' | 'basic';
} & (
  | {
      readonly grant: 'refresh_token';
      /** The one from connecting the integration. The runtime stores those that follow it. */
      readonly refreshToken: (config: Config) => string;
    }
  | { readonly grant: 'client_credentials' }
);

/** `Authorization: Bearer …` with a token that is renewed before it expires, and after a 401. */
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
