// For the specs of this folder: what the runtime lends an Auth, over a token store in memory.
import { InfrastructureError } from '@switchboard/contracts';
import { HttpClient } from '@switchboard/egress';
import type { AuthContext, OutgoingRequest } from './auth.ts';
import { TokenKeeper } from './token-keeper.ts';
import { type StoredTokens, storedTokens, type TokenStore } from './token-store.ts';

/** Milliseconds since 1970, as long as a spec does not move it. */
export const NOON = Date.UTC(2026, 0, 2, 12);

/** Keeps tokens as JSON; `told` hears of each token stored. */
export class MemoryTokenStore implements TokenStore {
  private readonly rows = new Map<string, string>();
  private readonly locks = new Set<string>();
  /** How many of the next calls of `store` fail. */
  failures = 0;

  constructor(private readonly told: (accessToken: string) => void = () => undefined) {}

  async load(...key: [integrationId: string, grantId: string]) {
    const row = this.rows.get(key.join());
    return row === undefined ? undefined : storedTokens.parse(JSON.parse(row));
  }

  /** Half a minute passes. */
  endLocks(): void {
    this.locks.clear();
  }

  async lock(...key: [integrationId: string, grantId: string]) {
    if (this.locks.has(key.join())) return undefined;
    this.locks.add(key.join());
    return 'now';
  }

  async unlock(...key: [integrationId: string, grantId: string]) {
    this.locks.delete(key.join());
  }

  async store(integrationId: string, grantId: string, tokens: StoredTokens) {
    if (this.failures-- > 0)
      throw new InfrastructureError('POSTGRES_UNAVAILABLE', 'storing: Postgres is away');
    this.rows.set([integrationId, grantId].join(), JSON.stringify(tokens));
    await this.unlock(integrationId, grantId);
    this.told(tokens.accessToken);
    return true;
  }
}

const nowhere = new HttpClient();

/** A context with the settings given. */
export function contextOf<Config>(
  config: Config,
  more: Partial<AuthContext<Config>> = {},
): AuthContext<Config> {
  const now = () => NOON;
  const tokens = new TokenKeeper(new MemoryTokenStore(), nowhere, now);
  return {
    config,
    integrationId: 'crm-1',
    idempotencyKey: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    now,
    tokens,
    ...more,
  };
}

/** A request as a sink makes it. */
export function requestTo(url: string, body = '', headers: Record<string, string> = {}): OutgoingRequest {
  return { method: 'POST', url, headers, body: Buffer.from(body) };
}
