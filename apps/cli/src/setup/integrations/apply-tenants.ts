// Writes the tenants of a file into the tables: the secrets that sign their webhooks, and their settings of the model,
// its limits and their names.
import {
  type Queryable,
  type SecretBox,
  tenantModelKeyPlace,
  webhookSecretPlace,
} from '@switchboard/postgres';
import { type ApplyReport, canonical, opens } from './as-stored.ts';
import type { TenantEntry } from './integrations-file.ts';
import { newSecretName } from './reseal.ts';

interface StoredInsight {
  readonly api_key: string | null;
  readonly limits: object;
  readonly products: string[];
  readonly competitors: string[];
}

/** Applies one tenant. Adds what was done to `report`. */
export async function applyTenant(
  tx: Queryable,
  box: SecretBox,
  tenant: TenantEntry,
  report: ApplyReport,
): Promise<void> {
  await applySecrets(tx, box, tenant, report);
  await applyInsight(tx, box, tenant, report);
}

/** The list of a file is complete: a secret that is no longer listed is no longer accepted. */
async function applySecrets(
  tx: Queryable,
  box: SecretBox,
  tenant: TenantEntry,
  report: ApplyReport,
): Promise<void> {
  const rows = await tx.query<{ id: string; sealed: string; active: boolean }>(
    'select id, sealed, active from webhook_secrets where tenant_id = $1 for update',
    [tenant.id],
  );
  const kept = new Set<string>();
  for (const secret of tenant.webhook_secrets) {
    const before = rows.find(({ id, sealed }) =>
      opens(() => box.open(sealed, webhookSecretPlace(tenant.id, id)) === secret),
    );
    const id = before?.id ?? newSecretName(tenant.id);
    kept.add(id);
    if (before?.active) {
      report.unchanged.push(id);
    } else if (before) {
      await tx.query('update webhook_secrets set active = true, updated_at = now() where id = $1', [id]);
      report.changed.push(id);
    } else {
      await tx.query('insert into webhook_secrets (id, tenant_id, sealed) values ($1, $2, $3)', [
        id,
        tenant.id,
        box.seal(secret, webhookSecretPlace(tenant.id, id)),
      ]);
      report.created.push(id);
    }
  }
  for (const row of rows) {
    if (!row.active || kept.has(row.id)) continue;
    await tx.query('update webhook_secrets set active = false, updated_at = now() where id = $1', [row.id]);
    report.changed.push(row.id);
  }
}

/** A tenant without settings has no row; an existing row is deleted. */
async function applyInsight(
  tx: Queryable,
  box: SecretBox,
  tenant: TenantEntry,
  report: ApplyReport,
): Promise<void> {
  const id = `${tenant.id}-insight`;
  const { products, competitors } = tenant;
  const { api_key: key, ...limits } = tenant.model;
  const [before] = await tx.query<StoredInsight>(
    'select api_key, limits, products, competitors from tenant_insight where tenant_id = $1 for update',
    [tenant.id],
  );
  if (Object.keys(tenant.model).length + products.length + competitors.length === 0) {
    if (before === undefined) return;
    await tx.query('delete from tenant_insight where tenant_id = $1', [tenant.id]);
    report.changed.push(id);
    return;
  }
  const place = tenantModelKeyPlace(tenant.id);
  const isSameKey = (sealed: string | null) =>
    sealed === null || key === undefined
      ? sealed === null && key === undefined
      : opens(() => box.open(sealed, place) === key);
  const wanted = { limits, products, competitors };
  if (before !== undefined && isSameKey(before.api_key)) {
    const { api_key: _sealed, ...stored } = before;
    if (canonical(stored) === canonical(wanted)) {
      report.unchanged.push(id);
      return;
    }
  }
  await tx.query(
    `insert into tenant_insight (tenant_id, api_key, limits, products, competitors) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id) do update set api_key = excluded.api_key, limits = excluded.limits,
       products = excluded.products, competitors = excluded.competitors, updated_at = now()`,
    [
      tenant.id,
      key === undefined ? null : box.seal(key, place),
      JSON.stringify(limits),
      products,
      competitors,
    ],
  );
  (before ? report.changed : report.created).push(id);
}
