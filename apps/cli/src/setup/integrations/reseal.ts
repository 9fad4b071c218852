// The end of a key rotation: encrypts every stored secret again with the first key, and counts how many are encrypted
// with which key, so that an operator knows when the old key can be removed.
import { createHash, randomBytes } from 'node:crypto';
import {
  integrationSecretPlace,
  integrationTokenPlace,
  type Queryable,
  type SealedBy,
  type SecretBox,
  SecretError,
  type SecretPlace,
  tenantModelKeyPlace,
  webhookSecretPlace,
} from '@switchboard/postgres';

/** How many stored secrets are encrypted with which key. */
export type SealedCounts = Readonly<Record<SealedBy, number>>;

interface Sealed {
  readonly sealed: string;
  readonly place: SecretPlace;
  /** Replaces it, unless it was changed meanwhile. */
  readonly replace: (sealed: string) => Promise<unknown>;
}

/** Counts the stored secrets by their key. Decrypts nothing. */
export async function countSealed(db: Queryable, box: SecretBox): Promise<SealedCounts> {
  const counts: Record<SealedBy, number> = { first: 0, older: 0, unknown: 0 };
  for (const { sealed } of await allSealed(db)) counts[box.sealedBy(sealed)] += 1;
  return counts;
}

/** Encrypts what an older key decrypts with the first key. Returns how many. What no key decrypts stays as it is. */
export async function reseal(tx: Queryable, box: SecretBox): Promise<number> {
  let resealed = 0;
  for (const { sealed, place, replace } of await allSealed(tx)) {
    if (box.sealedBy(sealed) !== 'older') continue;
    const plain = opened(box, sealed, place);
    if (plain === undefined) continue;
    await replace(box.seal(plain, place));
    resealed += 1;
  }
  return resealed;
}

/**
 * Renames signing secrets whose id has a part of their hash, as in earlier releases, to random ids. A value is
 * encrypted for its id, so it is encrypted again.
 */
export async function renameHashedSecrets(tx: Queryable, box: SecretBox): Promise<void> {
  const rows = await tx.query<{ id: string; tenant: string; sealed: string }>(
    'select id, tenant_id as tenant, sealed from webhook_secrets order by id for update',
  );
  for (const { id, tenant, sealed } of rows) {
    const plain = opened(box, sealed, webhookSecretPlace(tenant, id));
    if (plain === undefined || id !== hashedName(tenant, plain)) continue;
    const name = newSecretName(tenant);
    await tx.query('update webhook_secrets set id = $2, sealed = $3, updated_at = now() where id = $1', [
      id,
      name,
      box.seal(plain, webhookSecretPlace(tenant, name)),
    ]);
  }
}

/** A random id for a signing secret. */
export function newSecretName(tenant: string): string {
  return `${tenant}-${randomBytes(4).toString('hex')}`;
}

function hashedName(tenant: string, plain: string): string {
  return `${tenant}-${createHash('sha256').update(plain).digest('hex').slice(0, 8)}`;
}

function opened(box: SecretBox, sealed: string, place: SecretPlace): string | undefined {
  try {
    return box.open(sealed, place);
  } catch (error) {
    if (error instanceof SecretError) return undefined;
    throw error;
  }
}

/**
 * Every stored secret: of integrations, their tokens, tenants' webhooks and models. Those of jobs live only for
 * minutes.
 */
async function allSealed(db: Queryable): Promise<Sealed[]> {
  const fields = await db.query<{ id: string; tenant: string; field: string; sealed: string }>(
    `select g.id, g.tenant_id as tenant, s.key as field, s.value as sealed
     from integrations g, jsonb_each_text(g.secrets) s order by g.id, s.key`,
  );
  const tokens = await db.query<{ id: string; tenant: string; sealed: string }>(
    `select t.integration_id as id, g.tenant_id as tenant, t.sealed
     from integration_token t join integrations g on g.id = t.integration_id order by 1, t.grant_id`,
  );
  const signing = await db.query<{ id: string; tenant: string; sealed: string }>(
    'select id, tenant_id as tenant, sealed from webhook_secrets order by id',
  );
  const models = await db.query<{ tenant: string; sealed: string }>(
    'select tenant_id as tenant, api_key as sealed from tenant_insight where api_key is not null order by 1',
  );
  return [
    ...fields.map(({ id, tenant, field, sealed }) => ({
      sealed,
      place: integrationSecretPlace(tenant, id, field),
      // updated_at stays: the settings are the same, and the owner of the slot need not start again.
      replace: (next: string) =>
        db.query(
          `update integrations set secrets = jsonb_set(secrets, array[$2::text], to_jsonb($4::text))
           where id = $1 and secrets->>$2 = $3`,
          [id, field, sealed, next],
        ),
    })),
    ...tokens.map(({ id, tenant, sealed }) => ({
      sealed,
      place: integrationTokenPlace(tenant, id),
      replace: (next: string) =>
        db.query('update integration_token set sealed = $3 where integration_id = $1 and sealed = $2', [
          id,
          sealed,
          next,
        ]),
    })),
    ...signing.map(({ id, tenant, sealed }) => ({
      sealed,
      place: webhookSecretPlace(tenant, id),
      replace: (next: string) =>
        db.query('update webhook_secrets set sealed = $3 where id = $1 and sealed = $2', [id, sealed, next]),
    })),
    ...models.map(({ tenant, sealed }) => ({
      sealed,
      place: tenantModelKeyPlace(tenant),
      replace: (next: string) =>
        db.query('update tenant_insight set api_key = $3 where tenant_id = $1 and api_key = $2', [
          tenant,
          sealed,
          next,
        ]),
    })),
  ];
}

/** A line for people; undefined if there are no secrets. */
export function sealedText({ first, older, unknown }: SealedCounts): string | undefined {
  if (first + older + unknown === 0) return undefined;
  const parts = [`${first} encrypted with the first key of ENCRYPTION_KEY`];
  if (older > 0) parts.push(`${older} with an older key (setup integrations encrypts them again)`);
  if (unknown > 0)
    parts.push(`${unknown} with a key that is not in ENCRYPTION_KEY (apply these secrets again)`);
  return `secrets       ${parts.join(', ')}`;
}
