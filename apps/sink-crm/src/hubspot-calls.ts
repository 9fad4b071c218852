// The URL and the headers of all calls to HubSpot.

/** The settings that calls need. */
export interface Config {
  readonly accessToken: string;
  readonly baseUrl: string;
}

/** The URL of a path of the API. */
export function urlOf({ baseUrl }: Config, path: string): string {
  return `${baseUrl.replace(/\/+$/, '')}${path}`;
}

/** The headers of every call. */
export function headersOf({ accessToken }: Config): Record<string, string> {
  return { authorization: `Bearer ${accessToken}` };
}
