// Tokens of OAuth 2 in Postgres, sealed with the place they are for, and who renews them.
import { randomUUID } from 'node:crypto';
import {
  type Database,
  integrationTokenPlace,
  type SecretBox,
  SecretError,
  type SecretPlace,
} from '@switchboard/postgres';
import { AuthError } from '@switchboard/sink';
import { storedTokens, type TokenStore } from './token-store.ts';

/**
 * Tokens of another grant go when they were not renewed for so long. At once would be too soon: a delivery under way may
 * still renew those of the settings before, and must not take away the ones that came after.
 */
const REPLACED_SECONDS = 3600;
/** Longer than a call to a token endpoint takes; a process that dies in one keeps others from renewing for so long. */
const LOCK_SECONDS = 30;

const LOCK = `
  insert into token_refresh (integration_id, grant_id, holder, until)
  values ($1, $2, $3, clock_timestamp() + $4::int * interval '1 second')
  on conflict (integration_id, grant_id) do update set holder = excluded.holder, until = excluded.until
    where token_refresh.until < clock_timestamp() or token_refresh.holder = excluded.holder
  returning clock_timestamp()::text as at`;

// Tokens that were stored after the right to renew was had are newer than these.
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

/** Keeps the last tokens of each integration. What cannot be opened is an AuthError: a person must act. */
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
      return storedTokens.parse(
        JSON.parse(opened(box, row.sealed, integrationTokenPlace(row.tenant, integrationId))),
      );
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

function opened(box: SecretBox, sealed: string, place: SecretPlace): string {
  try {
    return box.open(sealed, place);
  } catch (error) {
    if (error instanceof SecretError)
      throw new AuthError('UNUSABLE', error.message, undefined, { cause: error });
    throw error;
  }
}
