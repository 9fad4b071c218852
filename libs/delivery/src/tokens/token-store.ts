// What outlives the process of OAuth 2 tokens. Sealed by whoever implements the store.
import { z } from 'zod';

/** Tokens of one integration; plain JSON. Times are milliseconds since 1970. */
export const storedTokens = z.object({
  accessToken: z.string(),
  /** The last one given; absent where the endpoint gave none. */
  refreshToken: z.string().optional(),
  /** When to renew, and when it is too late; absent where the endpoint promises no life time. */
  refreshAt: z.number().optional(),
  expiresAt: z.number().optional(),
});
export type StoredTokens = Readonly<z.infer<typeof storedTokens>>;

/**
 * Keeps tokens, the last ones per integration and grant. `grantId` is a hash of the settings they were got with: those of
 * an earlier connection must not be taken for those of the present one, nor replace them. All methods may throw: the
 * call that needed a token is not made then, and tokens that could not be stored are offered again before all else.
 */
export interface TokenStore {
  load(integrationId: string, grantId: string): Promise<StoredTokens | undefined>;
  /**
   * The right to renew them, of one process at a time: until `store` or `unlock`, at most for half a minute. Answers when
   * it began, by the clock of the store; undefined while another process has it.
   */
  lock(integrationId: string, grantId: string): Promise<string | undefined>;
  unlock(integrationId: string, grantId: string): Promise<void>;
  /** False when others were stored since `lockedAt`: those are newer. */
  store(integrationId: string, grantId: string, tokens: StoredTokens, lockedAt: string): Promise<boolean>;
}

/** For tries whose tokens nobody needs afterwards. */
export const forgetfulTokens: TokenStore = {
  load: async () => undefined,
  lock: async () => '',
  unlock: async () => undefined,
  store: async () => true,
};
