// For the specs of credentials: what the runtime lends an Auth.
import type { AuthContext, OutgoingRequest } from './auth.ts';
import type { Tokens } from './tokens.ts';

/** Milliseconds since 1970, as long as a spec does not move it. */
export const NOON = Date.UTC(2026, 0, 2, 12);

/** For an Auth that needs no tokens. */
const noTokens: Tokens = {
  current: () => Promise.reject(new Error('this Auth was given no tokens')),
  refused: () => undefined,
  secrets: () => [],
};

/** A context with the settings given. */
export function contextOf<Config>(
  config: Config,
  more: Partial<AuthContext<Config>> = {},
): AuthContext<Config> {
  return {
    config,
    integrationId: 'crm-1',
    idempotencyKey: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    now: () => NOON,
    tokens: noTokens,
    ...more,
  };
}

/** A request as a sink makes it. */
export function requestTo(url: string, body = '', headers: Record<string, string> = {}): OutgoingRequest {
  return { method: 'POST', url, headers, body: Buffer.from(body) };
}
