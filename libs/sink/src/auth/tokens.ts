// Access tokens as an Auth asks for them; the delivery runtime gets, keeps and renews them.

/** What an integration gets its tokens with. */
export interface Grant {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The one from the settings; without it the client's own credentials are the grant. */
  readonly refreshToken: string | undefined;
  readonly scopes: readonly string[];
  readonly authStyle: 'body' | 'basic';
}

/** The tokens of all integrations. */
export interface Tokens {
  /** An access token that is good for a call. Throws AuthError, and what the token store throws. */
  current(integrationId: string, grant: Grant): Promise<string>;
  /** A call with this access token was answered 401: it is not handed out again. */
  refused(integrationId: string, accessToken: string): void;
  /** Every token of an integration that an answer of the other side may repeat. */
  secrets(integrationId: string): readonly string[];
}
