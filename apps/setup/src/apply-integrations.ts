// Brings the tables of integrations and signing secrets to what a file says. Applying the same file again changes
// nothing; what the file does not name stays as it is.
import { createHash } from 'node:crypto';
import {
  type Database,
  type IntegrationRow,
  integrationSecretPlace,
  type Queryable,
  type SecretBox,
  webhookSecretPlace,
} from '@switchboard/postgres';
import type { IntegrationEntry, IntegrationsFile, TenantEntry } from './integrations-file.ts';

/** What an apply did, by id. */
export interface ApplyReport {
  readonly created: string[];
  readonly changed: string[];
  readonly unchanged: string[];
  /** Those among the changed that were switched off and are on again, with why they were off where that is known. */
  readonly enabled: string[];
}

interface StoredIntegration extends IntegrationRow {
  readonly active_from: Date;
  /** Why it was switched off, when it was for having failed too long. */
  readonly disabled_reason: string | null;
}

/** Applies a file in one transaction. */
export async function applyIntegrations(
  database: Database,
  box: SecretBox,
  file: IntegrationsFile,
): Promise<ApplyReport> {
  const report: ApplyReport = { created: [], changed: [], unchanged: [], enabled: [] };
  await database.transaction(async (tx) => {
    for (const tenant of file.tenants) await applyTenant(tx, box, tenant, report);
    for (const integration of file.integrations) await applyIntegration(tx, box, integration, report);
  });
  return report;
}

/** A tenant's list is its whole set of active secrets: one that is no longer listed stops being accepted. */
async function applyTenant(
  tx: Queryable,
  box: SecretBox,
  tenant: TenantEntry,
  report: ApplyReport,
): Promise<void> {
  const rows = await tx.query<{ id: string; sealed: string; active: boolean }>(
    'select id, sealed, active from webhook_secrets where tenant_id = $1 for update',
    [tenant.id],
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  const ids = new Set<string>();
  for (const secret of tenant.webhook_secrets) {
    const id = `${tenant.id}-${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;
    ids.add(id);
    const before = stored.get(id);
    if (
      before?.active &&
      opens(() => box.open(before.sealed, webhookSecretPlace(tenant.id, id)) === secret)
    ) {
      report.unchanged.push(id);
      continue;
    }
    await tx.query(
      `insert into webhook_secrets (id, tenant_id, sealed) values ($1, $2, $3)
       on conflict (id) do update set sealed = excluded.sealed, active = true, updated_at = now()`,
      [id, tenant.id, box.seal(secret, webhookSecretPlace(tenant.id, id))],
    );
    (before ? report.changed : report.created).push(id);
  }
  for (const row of rows) {
    if (!row.active || ids.has(row.id)) continue;
    await tx.query('update webhook_secrets set active = false, updated_at = now() where id = $1', [row.id]);
    report.changed.push(row.id);
  }
}

async function applyIntegration(
  tx: Queryable,
  box: SecretBox,
  entry: IntegrationEntry,
  report: ApplyReport,
): Promise<void> {
  const [before] = await tx.query<StoredIntegration>(
    `select tenant_id, sink, config, secrets, mapping, rules, delivery, active, active_from,
       (select coalesce(reason, 'nobody knows why') from integration_state s
         where s.integration_id = g.id and s.status = 'disabled') as disabled_reason
     from integrations g where id = $1 for update`,
    [entry.id],
  );
  if (before && isSame(before, entry, box)) {
    report.unchanged.push(entry.id);
    return;
  }
  const sealed = Object.fromEntries(
    Object.entries(entry.secrets).map(([field, value]) => [
      field,
      box.seal(value, integrationSecretPlace(entry.tenant, entry.id, field)),
    ]),
  );
  await tx.query(
    `insert into integrations (id, tenant_id, sink, config, secrets, active, active_from, mapping, rules, delivery)
     values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8, $9, $10)
     on conflict (id) do update set
       tenant_id = excluded.tenant_id, sink = excluded.sink, config = excluded.config, secrets = excluded.secrets,
       mapping = excluded.mapping, rules = excluded.rules, delivery = excluded.delivery, active = excluded.active,
       active_from = coalesce($7, integrations.active_from), updated_at = now()`,
    [
      entry.id,
      entry.tenant,
      entry.sink,
      JSON.stringify(entry.config),
      JSON.stringify(sealed),
      entry.active,
      entry.active_from ?? null,
      JSON.stringify(entry.mapping),
      JSON.stringify(entry.rules),
      JSON.stringify(entry.delivery),
    ],
  );
  await settle(tx, entry, before);
  if (before && !before.active && entry.active) {
    report.enabled.push(
      before.disabled_reason === null
        ? entry.id
        : `${entry.id} (it failed for too long: ${before.disabled_reason})`,
    );
  }
  (before ? report.changed : report.created).push(entry.id);
}

/** What is known of how it stands, where it is switched. */
async function settle(
  tx: Queryable,
  { id, active }: IntegrationEntry,
  before: StoredIntegration | undefined,
): Promise<void> {
  if (!active) {
    // What was switched off for having failed is now off because somebody says so.
    await tx.query(
      `update integration_state set status = 'ok', reason = null, failing_since = null, told = 0, updated_at = now()
       where integration_id = $1 and status = 'disabled'`,
      [id],
    );
  } else if (before && !before.active) {
    // What waited for it may have grown old meanwhile.
    await tx.query(
      `insert into integration_state (integration_id, status, parked_until) values ($1, 'ok', now())
       on conflict (integration_id) do update set parked_until = excluded.parked_until`,
      [id],
    );
  }
}

function isSame(before: StoredIntegration, entry: IntegrationEntry, box: SecretBox): boolean {
  const place = (field: string) => integrationSecretPlace(entry.tenant, entry.id, field);
  const fields = Object.keys(entry.secrets);
  return (
    before.tenant_id === entry.tenant &&
    before.sink === entry.sink &&
    before.active === entry.active &&
    (entry.active || before.disabled_reason === null) &&
    (entry.active_from === undefined || before.active_from.getTime() === entry.active_from.getTime()) &&
    canonical(before.config) === canonical(entry.config) &&
    canonical(before.mapping) === canonical(entry.mapping) &&
    canonical(before.rules) === canonical(entry.rules) &&
    canonical(before.delivery) === canonical(entry.delivery) &&
    fields.length === Object.keys(before.secrets).length &&
    fields.every((field) =>
      opens(() => box.open(before.secrets[field] ?? '', place(field)) === entry.secrets[field]),
    )
  );
}

/** A sealed value that does not open (another key, altered) counts as different and is sealed anew. */
function opens(compare: () => boolean): boolean {
  try {
    return compare();
  } catch {
    return false;
  }
}

/** JSON with sorted keys: jsonb does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
