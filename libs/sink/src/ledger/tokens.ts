// Tokens of OAuth 2 in Postgres, sealed with the place they are for.
import {
  type Database,
  integrationTokenPlace,
  type SecretBox,
  SecretError,
  type SecretPlace,
} from '@switchboard/postgres';
import { AuthError } from '../auth/auth-error.ts';
import { storedTokens, type TokenStore } from '../auth/token-store.ts';

/**
 * Tokens of another grant go when they were not renewed for so long. At once would be too soon: a delivery under way may
 * still renew those of the settings before, and must not take away the ones that came after.
 */
const REPLACED_SECONDS = 3600;

/** Keeps the last tokens of each integration. What cannot be opened is an AuthError: a person must act. */
export function postgresTokens(db: Database, box: SecretBox): TokenStore {
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
    async store(integrationId, grantId, tokens) {
      const [row] = await db.query<{ tenant: string }>(
        'select tenant_id as tenant from integrations where id = $1',
        [integrationId],
      );
      if (row === undefined) return;
      await db.query(
        `with kept as (
           insert into integration_token (integration_id, grant_id, sealed) values ($1, $2, $3)
           on conflict (integration_id, grant_id) do update set sealed = excluded.sealed, updated_at = now()
         )
         delete from integration_token where integration_id = $1 and grant_id <> $2
           and updated_at < now() - $4::int * interval '1 second'`,
        [
          integrationId,
          grantId,
          box.seal(JSON.stringify(tokens), integrationTokenPlace(row.tenant, integrationId)),
          REPLACED_SECONDS,
        ],
      );
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
