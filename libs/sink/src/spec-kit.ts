// For the specs of credentials: an AuthContext and requests.
import type { AuthContext, OutgoingRequest, Tokens } from './auth/auth.ts';

/** The time of a context, in milliseconds since 1970. */
export const NOON = Date.UTC(2026, 0, 2, 12);

/** Tokens for an Auth that must not use any. */
const noTokens: Tokens = {
  current: () => Promise.reject(new Error('this Auth was given no tokens')),
  refused: () => undefined,
  secrets: () => [],
};

/** A context with these settings. */
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

/** A POST as a sink makes it. */
export function requestTo(url: string, body = '', headers: Record<string, string> = {}): OutgoingRequest {
  return { method: 'POST', url, headers, body: Buffer.from(body) };
}
