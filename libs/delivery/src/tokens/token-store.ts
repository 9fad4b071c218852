// Where OAuth 2 tokens are stored: the contract of a store, and the store in Postgres, which encrypts them.
import { randomUUID } from 'node:crypto';
import {
  type Database,
  integrationTokenPlace,
  type SecretBox,
  SecretError,
  type SecretPlace,
} from '@switchboard/postgres';
import { AuthError } from '@switchboard/sink';
import { z } from 'zod';

/** Tokens of one integration, as plain JSON. Times are milliseconds since 1970. */
export const storedTokens = z.object({
  accessToken: z.string(),
  /** The latest one; absent when the endpoint gave none. */
  refreshToken: z.string().optional(),
  /** When to renew the access token, and when it expires; absent when the endpoint does not say. */
  refreshAt: z.number().optional(),
  expiresAt: z.number().optional(),
});
export type StoredTokens = Readonly<z.infer<typeof storedTokens>>;

/**
 * Stores the latest tokens per integration and grant. `grantId` is a hash of the settings that the tokens belong to: tokens
 * of an earlier connection must neither be used for the present one nor replace its tokens. Every method may throw. Then the
 * call that needs a token is not made, and tokens that could not be stored are stored before anything else next time.
 */
export interface TokenStore {
  load(integrationId: string, grantId: string): Promise<StoredTokens | undefined>;
  /**
   * Locks the tokens for one process, until `store` or `unlock`, at most for half a minute. Returns when the lock began, by
   * the clock of the store; undefined while another process has it.
   */
  lock(integrationId: string, grantId: string): Promise<string | undefined>;
  unlock(integrationId: string, grantId: string): Promise<void>;
  /** Stores and unlocks. False when newer tokens were stored since `lockedAt`. */
  store(integrationId: string, grantId: string, tokens: StoredTokens, lockedAt: string): Promise<boolean>;
}

/** Stores nothing: for attempts whose tokens are not needed afterwards. */
export const noTokenStore: TokenStore = {
  load: async () => undefined,
  lock: async () => '',
  unlock: async () => undefined,
  store: async () => true,
};

/**
 * Tokens of another grant are deleted when they were not renewed for this long. Not at once: an in-flight delivery may still
 * renew tokens of the old settings, and must not delete those of the new ones.
 */
const REPLACED_SECONDS = 3600;
/** Longer than a call to a token endpoint takes. When the process dies in that call, others wait for this long. */
const LOCK_SECONDS = 30;

const LOCK = `
  insert into token_refresh (integration_id, grant_id, holder, until)
  values ($1, $2, $3, clock_timestamp() + $4::int * interval '1 second')
  on conflict (integration_id, grant_id) do update set holder = excluded.holder, until = excluded.until
    where token_refresh.until < clock_timestamp() or token_refresh.holder = excluded.holder
  returning clock_timestamp()::text as at`;

// Tokens that were stored after the lock began are newer than these.
const STORE = `
  with unlocked as (
    delete from token_refresh where integration_id = $1 and grant_id = $2 and holder = $5::uuid
  ), kept as (
    insert into integration_token (integration_id, grant_id, sealed, updated_at) values ($1, $2, $3, clock_timestamp())
    on conflict (integration_id, grant_id) do update set sealed = excluded.sealed, updated_at = excluded.updated_at
      where integration_token.updated_at <= $6::timestamptz
    returning 1
  ), replaced as (
    delete from integration_token where integration_id = $1 and grant_id <> $2
      and updated_at < now() - $4::int * interval '1 second'
  )
  select 1 from kept`;

/** A store in Postgres. Tokens that cannot be decrypted or read are an AuthError: somebody must act. */
export function postgresTokens(db: Database, box: SecretBox): TokenStore {
  const holder = randomUUID();
  return {
    async load(integrationId, grantId) {
      const [row] = await db.query<{ tenant: string; sealed: string }>(
        `select g.tenant_id as tenant, t.sealed from integration_token t join integrations g on g.id = t.integration_id
         where t.integration_id = $1 and t.grant_id = $2`,
        [integrationId, grantId],
      );
      if (row === undefined) return undefined;
      return readStored(decrypt(box, row.sealed, integrationTokenPlace(row.tenant, integrationId)));
    },
    async lock(integrationId, grantId) {
      const [row] = await db.query<{ at: string }>(LOCK, [integrationId, grantId, holder, LOCK_SECONDS]);
      return row?.at;
    },
    async unlock(integrationId, grantId) {
      await db.query(
        'delete from token_refresh where integration_id = $1 and grant_id = $2 and holder = $3::uuid',
        [integrationId, grantId, holder],
      );
    },
    async store(integrationId, grantId, tokens, lockedAt) {
      const [row] = await db.query<{ tenant: string }>(
        'select tenant_id as tenant from integrations where id = $1',
        [integrationId],
      );
      if (row === undefined) return true;
      const sealed = box.seal(JSON.stringify(tokens), integrationTokenPlace(row.tenant, integrationId));
      const params = [integrationId, grantId, sealed, REPLACED_SECONDS, holder, lockedAt];
      return (await db.query(STORE, params)).length > 0;
    },
  };
}

/**
 * Not the same as no tokens: many vendors take the refresh token of the settings only once, and a process of another release
 * may still use these.
 */
function readStored(text: string): StoredTokens {
  const read = storedTokens.safeParse(jsonOf(text));
  if (read.success) return read.data;
  const message =
    'reading the stored tokens: they are not what this release stores; connect the integration again, or, if it uses ' +
    'client credentials, delete its row in integration_token';
  throw new AuthError('UNUSABLE', message, undefined, { cause: read.error });
}

/** Undefined when it is not JSON, because a SyntaxError quotes the text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decrypt(box: SecretBox, sealed: string, place: SecretPlace): string {
  try {
    return box.open(sealed, place);
  } catch (error) {
    if (error instanceof SecretError)
      throw new AuthError('UNUSABLE', error.message, undefined, { cause: error });
    throw error;
  }
}
