// For the specs of tokens: a token store in memory.
import { InfrastructureError } from '@switchboard/contracts';
import { type StoredTokens, storedTokens, type TokenStore } from './token-store.ts';

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
