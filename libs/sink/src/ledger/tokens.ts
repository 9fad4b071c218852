// Tokens of OAuth 2 in Postgres, sealed with the place they are for.
import { type Database, integrationSecretPlace, type SecretBox } from '@switchboard/postgres';
import { storedTokens, type TokenStore } from '../auth/token-store.ts';

const FIELD = 'oauth2';

/** Keeps the last tokens of each integration. */
export function postgresTokens(db: Database, box: SecretBox): TokenStore {
  const place = (tenant: string, id: string) => integrationSecretPlace(tenant, id, FIELD);
  return {
    async load(integrationId, grantId) {
      const [row] = await db.query<{ tenant: string; sealed: string }>(
        `select g.tenant_id as tenant, t.sealed from integration_token t join integrations g on g.id = t.integration_id
         where t.integration_id = $1 and t.grant_id = $2`,
        [integrationId, grantId],
      );
      if (row === undefined) return undefined;
      return storedTokens.parse(JSON.parse(box.open(row.sealed, place(row.tenant, integrationId))));
    },
    async store(integrationId, grantId, tokens) {
      const [row] = await db.query<{ tenant: string }>(
        'select tenant_id as tenant from integrations where id = $1',
        [integrationId],
      );
      if (row === undefined) return;
      await db.query(
        `insert into integration_token (integration_id, grant_id, sealed) values ($1, $2, $3)
         on conflict (integration_id, grant_id) do update set sealed = excluded.sealed, updated_at = now()`,
        [integrationId, grantId, box.seal(JSON.stringify(tokens), place(row.tenant, integrationId))],
      );
    },
  };
}
